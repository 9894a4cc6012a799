import type { Argv, CommandModule } from 'yargs';
import { DataError } from '../base/errors.js';
import type { ReportLine } from '../base/table.js';
import { cardClasses, readLabels } from '../cards/class-names.js';
import { describePixels } from '../cards/describe.js';
import { cardedInput, overridden, rawPixelsNote, refuseUnsaid } from '../cards/expected.js';
import { factsOf, type ModelFacts } from '../cards/find.js';
import { readsCommonLayer } from '../explainer/file/explained-network.js';
import type { WeightsPlace } from '../explainer/file/write-file.js';
import { megabytes, resolveModel } from '../fetch/resolve.js';
import { SCORE_KINDS, type ScoreKind } from '../graph/scores/score.js';
import { fitReport } from '../report/fit-table.js';
import { type CompiledFile, compileFile } from '../run/compile-file.js';
import { programVersion } from '../run/versions.js';
import { commaList, inFlags, talkOptions, UsageError, wholeNumber } from './arguments.js';
import { type InputFlags, refuseIdleSide, saidByFlags, specOf, valueOptions } from './input-flags.js';
import { fitNote, tableWidth } from './terminal.js';

const SIZES = ['layer', 'input'] as const;
const PLACES = ['inline', 'beside'] as const;

interface Arguments extends InputFlags {
  model: string;
  method: string[] | undefined;
  top: number | undefined;
  given: number | undefined;
  layer: string | undefined;
  score: ScoreKind | undefined;
  output: string | undefined;
  labels: string | undefined;
  embedPreprocessing: boolean;
  weights: WeightsPlace | undefined;
  portable: boolean;
  out: string;
  force: boolean;
  quiet: boolean;
}

const DEFAULT_METHOD = 'grad-cam';
const DEFAULT_TOP = 5;

const [MAPS, FILE] = ['What is explained:', 'The file:'];

function options(yargs: Argv): Argv {
  const maps = <T extends object>(option: T) => ({ group: MAPS, ...option });
  const file = <T extends object>(option: T) => ({ group: FILE, ...option });
  const text = { type: 'string' } as const;
  const own = yargs
    .positional('model', { ...text, demandOption: true, describe: 'an ONNX file, or a fetched name' })
    .option(
      'method',
      maps({ ...text, array: true, nargs: 1, describe: `methods: a,b [default: ${DEFAULT_METHOD}]` }),
    )
    .option(
      'top',
      maps({
        type: 'number',
        coerce: wholeNumber('top', 1),
        describe: `the K best classes of each picture [default: ${DEFAULT_TOP}]`,
      }),
    )
    .option(
      'given',
      maps({
        type: 'number',
        requiresArg: false,
        coerce: wholeNumber('given', 1),
        describe: 'ids of so many classes are an input (alone: 1); with --top behind the best',
      }),
    )
    .option('layer', maps({ ...text, describe: 'layer to read maps at, see bench layers' }))
    .option('score', maps({ choices: SCORE_KINDS, describe: 'what is explained [default: logit]' }))
    .option('output', maps({ ...text, describe: 'the output that holds the scores, of several' }))
    .option(
      'resize',
      maps({ choices: SIZES, default: 'layer', describe: "size of the maps: the layer's, or the input's" }),
    )
    .option('out', file({ ...text, alias: 'o', demandOption: true, describe: 'the ONNX file to write' }))
    .option(
      'embed-preprocessing',
      file({
        type: 'boolean',
        default: false,
        describe: 'uint8 [N,H,W,3] in: what the card says of pixels is done inside',
      }),
    )
    .option(
      'weights',
      file({ choices: PLACES, describe: 'in the file, or in a second one [default: as 2 GB allow]' }),
    )
    .option(
      'portable',
      file({
        type: 'boolean',
        default: true,
        describe: 'write weights twice that OpenVINO would read wrongly',
      }),
    )
    .option('labels', file({ ...text, describe: 'class names to put into the metadata: a file, one a line' }))
    .option('force', file({ type: 'boolean', default: false, describe: 'write over a file that is there' }))
    .option('quiet', talkOptions.quiet);
  return valueOptions(own);
}

/** Names of the methods, each once. @throws UsageError for none */
function methodsOf({ method }: Arguments): readonly string[] {
  const names = method === undefined ? [DEFAULT_METHOD] : [...new Set(commaList(method))];
  if (names.length === 0) throw new UsageError('--method: expected names such as grad-cam,backprop');
  return names;
}

/** What is known of the network's pixels. @throws ConfigError where `--embed-preprocessing` needs more */
async function preprocessingOf(args: Arguments, model: string, facts: ModelFacts) {
  // `--resize` is about maps here.
  const said = await saidByFlags({ ...args, resize: undefined });
  const input = overridden(cardedInput(facts), model, [said]);
  if (args.embedPreprocessing) refuseUnsaid(args.model, facts, input);
  const known = [...input.from.keys()].some((key) => key !== 'size');
  const spec = await specOf(input);
  refuseIdleSide(args, spec);
  return {
    size: input.input.size === undefined ? undefined : { height: spec.height, width: spec.width },
    preprocessing: known ? { keys: input.input, words: describePixels(spec, input) } : undefined,
    embedded: args.embedPreprocessing ? spec : undefined,
    note: args.embedPreprocessing ? rawPixelsNote(input) : undefined,
  };
}

async function compileModel(args: Arguments): Promise<void> {
  const methods = methodsOf(args);
  const model = resolveModel(args.model);
  const facts = factsOf(args.model, model);
  const card = facts.card?.card ?? {};
  const { size, note, ...pixels } = await preprocessingOf(args, model, facts);
  const { note: namesNote, ...named } = await namesFor(args.labels, facts.card);
  const given = args.given ?? 0;
  const written = await compileFile({
    ...pixels,
    ...named,
    model,
    card: facts.card?.card,
    background: card.background ?? false,
    input: size,
    methods,
    layer: args.layer ?? layerFor(methods, card.layer),
    layerAsked: args.layer !== undefined,
    output: args.output ?? card.output,
    score: args.score ?? card.score,
    top: args.top ?? (given > 0 ? 0 : DEFAULT_TOP),
    topAsked: args.top !== undefined,
    given,
    atInput: args.resize === 'input',
    portable: args.portable,
    weights: args.weights,
    out: args.out,
    force: args.force,
    version: await programVersion(),
  });
  if (args.quiet) return;
  const notes = [note, namesNote, ...written.notes.map((one) => `note: ${one}`)].filter(
    (one) => one !== undefined,
  );
  for (const line of notes) console.error(fitNote(line, process.stderr));
  for (const line of fitReport(linesOf(written), tableWidth())) console.log(line);
}

/** Class names of a file that is named, else of the card; of the card's none where they cannot be read. */
async function namesFor(file: string | undefined, card: ModelFacts['card']) {
  if (file !== undefined) return { labels: await readLabels(file), labelsFrom: file };
  try {
    return { labels: card && (await cardClasses(card)), labelsFrom: card?.from };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { note: `note: no class names in the metadata: ${error.message} (--labels gives them)` };
  }
}

/** A card's layer is for those methods that read one. */
function layerFor(names: readonly string[], layer: string | undefined): string | undefined {
  return names.some((name) => readsCommonLayer(name)) ? layer : undefined;
}

function linesOf({ files, bytes, values }: CompiledFile): readonly ReportLine[] {
  const left = (title: string) => ({ title, align: 'left' }) as const;
  return [
    `${files.join(', ')}: ${megabytes(bytes)}`,
    {
      heads: [left('name'), left('type'), left('meaning')],
      rows: values.map(({ name, dtype, shape, meaning }) => [name, `${dtype} [${shape.join(',')}]`, meaning]),
    },
  ];
}

export const compileCommand: CommandModule<object, Arguments> = {
  command: 'compile <model>',
  describe: 'write a network with its explanations as one ONNX file',
  builder: (yargs) => options(yargs as Argv) as never,
  handler: (args) => inFlags(() => compileModel(args)),
};
