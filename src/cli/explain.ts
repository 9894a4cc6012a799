import { basename } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { SCORE_KINDS, type ScoreKind } from '../graph/scores/score.js';
import { type Explained, explainImages } from '../run/explain.js';
import { commaList, imageSides, inFlags, setOption, UsageError, wholeNumber } from './arguments.js';
import { type ExplainSource, fromConfig, fromFlags } from './explain-source.js';
import { type FigureFlags, figureOptions, withFigureOptions } from './figure-options.js';
import { progress } from './progress.js';

interface Arguments extends FigureFlags {
  images: string[];
  config: string | undefined;
  model: string | undefined;
  method: string[];
  top: number | undefined;
  class: string[] | undefined;
  labels: string | undefined;
  layer: string | undefined;
  output: string | undefined;
  score: ScoreKind | undefined;
  npy: boolean;
  size: readonly [number, number] | undefined;
  resize: string | undefined;
  color: string | undefined;
  mean: string | undefined;
  std: string | undefined;
  scale: string | undefined;
  set: string[];
}

function options(yargs: Argv): Argv {
  return withFigureOptions(yargs)
    .positional('images', { type: 'string', array: true, demandOption: true, describe: 'image files' })
    .option('config', { type: 'string', describe: 'CONFIG or CONFIG:NETWORK: model and preprocessing' })
    .option('model', { type: 'string', describe: 'an ONNX file, or a CONFIG' })
    .option('method', { type: 'string', array: true, nargs: 1, demandOption: true, describe: 'methods: a,b' })
    .option('top', { coerce: wholeNumber('top', 1), describe: 'explain the K best classes [default: 1]' })
    .option('class', { type: 'string', array: true, nargs: 1, describe: 'explain this class: name or index' })
    .option('labels', { type: 'string', describe: 'class names: LOC_synset_mapping.txt or one a line' })
    .option('layer', { type: 'string', describe: 'layer to read maps at, see bench layers' })
    .option('score', { choices: SCORE_KINDS, describe: 'what is explained [default: logit]' })
    .option('output', { type: 'string', describe: 'the output that holds the scores, of several' })
    .option('npy', { type: 'boolean', default: false, describe: 'also write raw maps and logits' })
    .option('size', { coerce: imageSides('size'), describe: 'input size: N or HxW' })
    .option('resize', { type: 'string', describe: 'warp, crop or short-side' })
    .option('color', { type: 'string', describe: 'rgb or bgr' })
    .option('mean', { type: 'string', describe: 'subtracted after scaling: one number or a,b,c' })
    .option('std', { type: 'string', describe: 'divides at the end: one number or a,b,c' })
    .option('scale', { type: 'string', describe: 'multiplies the pixel 0…255 first, such as 1/255' })
    .option('set', setOption('as in bench run'));
}

const isConfig = (path: string | undefined) => /\.ya?ml(:.*)?$/.test(path ?? '');

function configOf({ config, model }: Arguments): string | undefined {
  return config ?? (isConfig(model) ? model : undefined);
}

function source(args: Arguments, methods: readonly string[]): Promise<ExplainSource> {
  const config = configOf(args);
  if (args.config !== undefined && args.model !== undefined) {
    throw new UsageError('--model and --config: give one of them');
  }
  if (config !== undefined) return fromConfig(config, methods, args);
  if (args.model === undefined) throw new UsageError('--model or --config is missing');
  if (args.set.length > 0) {
    throw new UsageError(
      `--set ${args.set[0]}: it changes a configuration, and --model ${args.model} is none; give the key as a flag, or --config`,
    );
  }
  return fromFlags(args.model, methods, args);
}

export const explainCommand: CommandModule<object, Arguments> = {
  command: 'explain <images..>',
  describe: 'draw what methods say about single images',
  builder: (yargs) => options(yargs as Argv) as never,
  handler: async (args) => {
    if (args.top !== undefined && args.class !== undefined) {
      throw new UsageError('--top and --class: give one of them');
    }
    const names = commaList(args.method);
    if (names.length === 0) throw new UsageError('--method: expected names such as grad-cam,backprop');
    const { layer: sourceLayer, methods, ...rest } = await source(args, names);
    const written = new Set<string>();
    const explain = () =>
      explainImages({
        ...rest,
        images: args.images.map(String),
        // A layer on the command line goes before those of the configuration.
        methods: args.layer === undefined ? methods : methods.map(({ layer: _own, ...method }) => method),
        layer: args.layer ?? sourceLayer,
        classes: args.class === undefined ? { top: args.top ?? 1 } : { named: args.class.map(String) },
        ...figureOptions(args, args.images.length),
        npy: args.npy,
        note: progress().note,
        tell: (one) => {
          written.add(one.picture);
          console.log(lineOf(one));
        },
      });
    const [first, ...more] = await (configOf(args) === undefined ? inFlags(explain) : explain());
    const others = more.length === 0 ? '' : ` to ${basename(more.at(-1)!)}`;
    if (first !== undefined) console.log(`figures: ${args.out}, all of them: ${first}${others}`);
    else for (const path of written) console.log(`figure: ${path}`);
  },
};

function lineOf({ image, method, layer, className, score, probability, rule, box }: Explained): string {
  const where = box
    ? `box ${[box.x0, box.y0, box.x1, box.y1].map(Math.round).join(' ')} (${rule})`
    : 'no box: the map is zero';
  return `${image}: ${method} at ${layer}: ${className}, score ${score.toFixed(3)}, probability ${probability.toFixed(3)}, ${where}`;
}
