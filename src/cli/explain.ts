import { basename } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { rawPixelsNote } from '../cards/expected.js';
import { refuseUnreadLayer } from '../explainer/file/explained-network.js';
import { SCORE_KINDS } from '../graph/scores/score.js';
import { fitReport } from '../report/fit-table.js';
import { explainImages } from '../run/explain.js';
import type { ExplainedPicture } from '../run/explain-options.js';
import { picturesNamed } from '../run/pictures-named.js';
import { commaList, inFlags, setOption, talkOptions, UsageError, wholeNumber } from './arguments.js';
import { barBelow } from './bar-below.js';
import { classesLine, closingLines, jsonText, mapLine, mapsTable } from './explain-lines.js';
import {
  type ExplainSource,
  fromConfig,
  fromFlags,
  type SourceFlags,
  shippedModel,
} from './explain-source.js';
import { type FigureFlags, figureOptions, withFigureOptions } from './figure-options.js';
import { inputOptions } from './input-flags.js';
import { jsonOption } from './json.js';
import { openerHere, openFile } from './open-picture.js';
import { pictureProtocol, shownPicture } from './show-picture.js';
import { tableWidth } from './terminal.js';

interface Arguments extends SourceFlags, FigureFlags {
  images: string[];
  config: string | undefined;
  model: string | undefined;
  method: string[] | undefined;
  top: number | undefined;
  class: string[] | undefined;
  layer: string | undefined;
  npy: boolean;
  json: boolean;
  open: boolean;
  show: boolean;
  quiet: boolean;
  verbose: boolean;
}

const DEFAULT_METHOD = 'grad-cam';
const DEFAULT_TOP = 3;

const [WHAT, RESULTS] = ['What is explained:', 'Results:'];

function options(yargs: Argv): Argv {
  const what = <T extends object>(option: T) => ({ group: WHAT, ...option });
  const result = <T extends object>(option: T) => ({ group: RESULTS, ...option });
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const list = { type: 'string', array: true, nargs: 1 } as const;
  const asked = yargs
    .positional('images', {
      ...text,
      array: true,
      demandOption: true,
      describe: 'files, folders or patterns',
    })
    .option(
      'model',
      what({ ...text, describe: 'an ONNX file, a fetched name, or a CONFIG [default: SqueezeNet]' }),
    )
    .option('config', what({ ...text, describe: 'CONFIG or CONFIG:NETWORK: model and preprocessing' }))
    .option('method', what({ ...list, describe: `methods: a,b [default: ${DEFAULT_METHOD}]` }))
    .option(
      'top',
      what({
        type: 'number',
        coerce: wholeNumber('top', 1),
        describe: `the K best classes [default: ${DEFAULT_TOP}]`,
      }),
    )
    .option(
      'class',
      what({ ...list, describe: 'this class, by name, wnid or index; with --top behind the best' }),
    )
    .option('labels', what({ ...text, describe: 'class names: LOC_synset_mapping.txt or one a line' }))
    .option('layer', what({ ...text, describe: 'layer to read maps at, see bench layers' }))
    .option('score', what({ choices: SCORE_KINDS, describe: 'what is explained [default: logit]' }))
    .option('output', what({ ...text, describe: 'the output that holds the scores, of several' }))
    .option('set', what(setOption('as in bench run')))
    .option('npy', result({ ...flag, describe: 'also write raw maps and logits' }))
    .option('json', { ...jsonOption, group: RESULTS })
    .option(
      'open',
      result({ ...flag, describe: 'open the figure, or the contact sheet of several, in a window' }),
    )
    .option('show', result({ ...flag, describe: 'show it in the terminal, where it can show pictures' }));
  return inputOptions(withFigureOptions(asked)).options(talkOptions);
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
  const model = args.model ?? shippedModel();
  if (args.set.length > 0) {
    throw new UsageError(
      `--set ${args.set[0]}: it changes a configuration, and --model ${model} is none; give the key as a flag, or --config`,
    );
  }
  return fromFlags(model, methods, args);
}

/** The best three unless something else is asked for; a class that is named stands alone, or behind `--top`. */
function classesOf({ top, class: named = [] }: Arguments) {
  return { top: top ?? (named.length > 0 ? 0 : DEFAULT_TOP), named: named.map(String) };
}

async function explain(args: Arguments): Promise<void> {
  const names = args.method === undefined ? [DEFAULT_METHOD] : commaList(args.method);
  if (names.length === 0) throw new UsageError('--method: expected names such as grad-cam,backprop');
  if (args.json && args.show) throw new UsageError('--json and --show: give one of them');
  refuseUnreadLayer(names, args.layer);
  // What cannot be done at the end is said at the beginning.
  const protocol = args.show ? pictureProtocol(process.env, process.stdout.isTTY === true) : undefined;
  const opener = args.open ? openerHere(process.platform, process.env) : undefined;
  const from = await source(args, names);
  const { layer: sourceLayer, methods, ...rest } = from;
  const images = await picturesNamed(args.images.map(String));
  const drawing = figureOptions(args, images.length);
  if (args.show && drawing.figure.format !== 'png') {
    throw new UsageError(`--show: a terminal shows PNG, the figure is ${drawing.figure.format}`);
  }
  const report = barBelow(basename(from.model), images.length, args.quiet);
  const isTerminal = process.stdout.isTTY === true;
  const note = args.quiet ? () => {} : report.note;
  const rawPixels = rawPixelsNote(from.inputFrom);
  const explained: ExplainedPicture[] = [];
  let last: string | undefined;
  const result = await explainImages({
    ...rest,
    images,
    // A layer on the command line goes before those of the configuration.
    methods: args.layer === undefined ? methods : methods.map(({ layer: _own, ...method }) => method),
    layer: args.layer ?? sourceLayer,
    classes: classesOf(args),
    topAsked: args.top !== undefined,
    ...drawing,
    npy: args.npy,
    notes: rawPixels === undefined ? [] : [rawPixels],
    note,
    detail: args.verbose ? note : () => {},
    compiling: () => report.passing(`compiling ${basename(from.model)} …`),
    tell: (one) => {
      if (!args.json && !isTerminal) report.line(mapLine(one));
    },
    done: (image) => {
      last = image.figure;
      if (args.json) explained.push(image);
      else if (isTerminal)
        report.line(fitReport([classesLine(image), mapsTable(image)], tableWidth()).join('\n'));
      else report.line(classesLine(image));
      report.advanced();
    },
    failed: ({ message }) => {
      report.note(`bench: ${message}`);
      report.advanced();
    },
  }).finally(report.finished);
  if (args.json) console.log(jsonText(from, explained, result));
  else
    for (const line of fitReport(closingLines(from, result, args.out, last), tableWidth())) console.log(line);
  const figure = result.sheets[0] ?? last;
  if (protocol !== undefined && figure !== undefined) {
    process.stdout.write(await shownPicture(protocol, figure));
  }
  if (opener !== undefined && figure !== undefined) await openFile(opener, figure);
  if (result.failures.length > 0) process.exitCode = 1;
}

export const explainCommand: CommandModule<object, Arguments> = {
  command: 'explain <images..>',
  describe: 'draw what methods say about pictures',
  builder: (yargs) => options(yargs as Argv) as never,
  handler: (args) => (configOf(args) === undefined ? inFlags(() => explain(args)) : explain(args)),
};
