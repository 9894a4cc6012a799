import type { CommandModule } from 'yargs';
import type { ReportLine } from '../base/table.js';
import { type ModelReport, reportModel } from '../explainer/layers.js';
import { resolveModel } from '../fetch/resolve.js';
import { SCORE_KINDS, type ScoreKind } from '../graph/scores/score.js';
import { methodsWithOwnLayer } from '../methods/registry.js';
import { fitReport } from '../report/fit-table.js';
import { imageSides, inFlags } from './arguments.js';
import { tableWidth } from './terminal.js';

interface Arguments {
  model: string;
  size: readonly [number, number] | undefined;
  output: string | undefined;
  score: ScoreKind;
}

export const layersCommand: CommandModule<object, Arguments> = {
  command: 'layers <model>',
  describe: 'what can be explained of an ONNX model: score, layers, methods',
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
      .option('score', { choices: SCORE_KINDS, default: 'logit', describe: 'what is explained' }) as never,
  handler: async ({ model, size, output, score }) => {
    const input = size && { height: size[0], width: size[1] };
    const report = await inFlags(() => reportModel(resolveModel(model), input, { output, score }));
    for (const line of fitReport(linesOf(report), tableWidth())) console.log(line);
  },
};

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
