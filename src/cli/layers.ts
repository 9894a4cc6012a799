import type { CommandModule } from 'yargs';
import type { ReportLine } from '../base/table.js';
import { describeInput } from '../cards/describe.js';
import { type FoundCard, factsOf } from '../cards/find.js';
import { layered } from '../cards/layered.js';
import type { Card } from '../cards/schema.js';
import { parseInput } from '../config/load.js';
import { type ModelReport, reportModel } from '../explainer/layers.js';
import { resolveModel } from '../fetch/resolve.js';
import { SCORE_KINDS, type ScoreKind } from '../graph/scores/score.js';
import { methodsWithOwnLayer } from '../methods/registry.js';
import { fitReport } from '../report/fit-table.js';
import { imageSides, inFlags } from './arguments.js';
import { specOf } from './input-flags.js';
import { jsonOption, printJson } from './json.js';
import { tableWidth } from './terminal.js';

interface Arguments {
  model: string;
  size: readonly [number, number] | undefined;
  output: string | undefined;
  score: ScoreKind | undefined;
  json: boolean;
}

export const layersCommand: CommandModule<object, Arguments> = {
  command: 'layers <model>',
  describe: 'show what can be explained of a model: score, layers, methods',
  builder: (yargs) =>
    yargs
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'an ONNX file, or the name of a fetched one',
      })
      .option('size', {
        coerce: imageSides('size'),
        describe: 'input size, N or HxW, when the model leaves it open',
      })
      .option('output', { type: 'string', describe: 'of several outputs, the one that holds the scores' })
      .option('score', { choices: SCORE_KINDS, describe: 'what is explained [default: logit]' })
      .option('json', jsonOption) as never,
  handler: async ({ model, size, output, score, json }) => {
    const path = resolveModel(model);
    const { card } = factsOf(model, path);
    const own = card?.card ?? {};
    const [height, width] = size ?? sidesOf(own.input);
    const input = height === undefined || width === undefined ? undefined : { height, width };
    const choice = { output: output ?? own.output, score: score ?? own.score ?? 'logit' };
    const report = await inFlags(() => reportModel(path, input, choice));
    if (json) return printJson(documentOf(path, report, card));
    const lines = [...linesOf(report), ...(await cardLines(card))];
    for (const line of fitReport(lines, tableWidth())) console.log(line);
  },
};

/** Height and width that a card's input gives. */
function sidesOf(input: Card['input']): readonly number[] {
  if (input?.size === undefined) return [];
  const { size } = parseInput({ size: input.size });
  return [size.height, size.width];
}

/** All that is found out, as one document. */
function documentOf(
  model: string,
  { score, notes, layers, methods, refused }: ModelReport,
  card?: FoundCard,
) {
  return {
    model,
    score: { kind: score.kind, text: score.text },
    notes,
    layers: layers.map(({ name, op, shape, isDefault, defaultOf }) => {
      return { name, operator: op, shape, default: isDefault, default_of: defaultOf };
    }),
    methods,
    refused,
    card: card === undefined ? null : { from: card.from, ...card.card },
  };
}

/** What the card says, where there is one. */
async function cardLines(card: FoundCard | undefined): Promise<readonly ReportLine[]> {
  if (card === undefined) return [];
  const { input, layer } = card.card;
  const from = layered([{ from: card.from, input: input ?? {} }]);
  return [
    ...(input === undefined ? [] : [`input: ${describeInput(await specOf(from), from)}`]),
    ...(layer === undefined ? [] : [`layer: ${layer} (${card.from})`]),
  ];
}

function linesOf(report: ModelReport): readonly ReportLine[] {
  const { score, notes, layers, methods, refused } = report;
  const columns = [
    { title: 'layer', align: 'left' },
    { title: 'operator', align: 'left' },
    { title: 'channels × height × width', align: 'right' },
    { title: '', align: 'left' },
  ] as const;
  const rows = layers.map(({ name, op, shape, isDefault, defaultOf }) => [
    ...[name, op, shape.join(' × ')],
    [
      ...(isDefault ? ['default'] : []),
      ...(defaultOf.length > 0 ? [`default of ${defaultOf.join(', ')}`] : []),
    ].join(', '),
  ]);
  const own = methodsWithOwnLayer();
  const last = own.at(-1)!;
  return [
    `score: ${score.text}`,
    ...notes.map((note) => `note: ${note}`),
    '',
    ...(rows.length > 0
      ? [{ heads: columns, rows }]
      : ['no value has more than one position: there is no layer to read a map at']),
    '',
    `model.layer and --layer do not count for ${own.slice(0, -1).join(', ')} and ${last}: they have defaults of their own`,
    `methods that run on it: ${methods.join(', ')}`,
    ...reasonsOf(refused),
  ];
}

/** One line for each reason: most methods fail for the same one. */
function reasonsOf(refused: ModelReport['refused']): string[] {
  const reasons = [...new Set(refused.map(({ why }) => why))];
  return reasons.map((reason) => {
    const names = refused.filter(({ why }) => why === reason).map(({ method }) => method);
    return `not ${names.join(', ')}: ${reason}`;
  });
}
