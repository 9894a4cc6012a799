import { z } from 'zod';
import { ConfigError } from '../base/errors.js';
import { resizeMap } from '../base/resize-map.js';
import { section } from '../config/section.js';
import {
  defineExperiment,
  type ExplainedImage,
  type JudgedNetwork,
  type RunRecords,
} from '../eval/experiment.js';
import { spearman } from '../eval/statistics/rank-correlation.js';
import { boxToInput, clipBox } from '../images/geometry.js';
import { type ImageValues, type Measure, meanCsv, meanLines, meanRows } from './mean-table.js';
import { publishedFile, publishedLines } from './published-lines.js';
import { INTERVALS } from './reads.js';
import { imageValues } from './record-schemas.js';

/* How far each method's map agrees with what hiding parts of the image does to the score. */

const REFERENCE = 'occlusion';

const MEASURES: readonly Measure[] = [
  { name: 'rank_correlation', unit: 'ρ', digits: 4 },
  { name: 'rank_correlation_image', unit: 'ρ', digits: 4 },
];

interface CorrelationRecord {
  /** [output][inside the objects, whole image], means over the image's classes. */
  readonly values: ImageValues;
}

/** Maps meet on the grid of the network's input, where the windows were hidden. */
function judge(
  { given, truth, geometry }: ExplainedImage,
  { name, outputs }: JudgedNetwork,
): CorrelationRecord {
  const reference = outputs.findIndex(({ method }) => method === REFERENCE);
  if (reference < 0)
    throw new ConfigError(`networks: ${name} needs the method ${REFERENCE}, which others are compared with`);
  const { input } = geometry;
  const classes = given.map(({ classIndex, map }) => {
    const inside: number[] = [];
    const boxes = truth.objects
      .filter((object) => object.classIndex === classIndex)
      .flatMap(({ box }) => clipBox(boxToInput(box, geometry), input) ?? []);
    for (let i = 0; i < input.width * input.height; i++) {
      // A pixel is inside where its centre is.
      const [x, y] = [i % input.width, Math.floor(i / input.width)];
      const covered = boxes.some(
        ({ x0, y0, x1, y1 }) => x >= x0 - 0.5 && x <= x1 + 0.5 && y >= y0 - 0.5 && y <= y1 + 0.5,
      );
      if (covered) inside.push(i);
    }
    return { inside, maps: outputs.map((_, output) => resizeMap(map(output), input).data) };
  });
  const mean = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined);
    if (known.length === 0) return null;
    return Math.round((1e6 * known.reduce((sum, value) => sum + value, 0)) / known.length) / 1e6;
  };
  return {
    values: outputs.map((_, output) => [
      mean(
        classes.map(({ inside, maps }) => {
          const at = (map: Float32Array) => inside.map((i) => map[i]!);
          return spearman(at(maps[output]!), at(maps[reference]!));
        }),
      ),
      mean(classes.map(({ maps }) => spearman(maps[output]!, maps[reference]!))),
    ]),
  };
}

export const occlusionCorrelation = defineExperiment({
  name: 'occlusion-correlation',
  summary:
    "rank correlation of each method's map with the occlusion map, inside the objects and over the image",
  reference: 'Selvaraju et al., ICCV 2017, section 5.3; Zeiler and Fergus, ECCV 2014',
  reads: INTERVALS,
  options: section({}),
  configure: () => ({
    needs: {
      top: 0,
      given: ({ labels }) => labels,
      requires: ['labels'],
      uses: { boxes: 'the correlation inside objects is left out' },
    },
    judge,
    record: ({ outputs }) => z.strictObject({ values: imageValues(outputs.length, MEASURES.length) }),
    report: async (run: RunRecords<CorrelationRecord>) => {
      const rows = (await meanRows(run, MEASURES, ({ values }) => values)).filter(
        ({ method }) => method !== REFERENCE,
      );
      return {
        files: [{ name: 'table.csv', text: meanCsv(run, rows) }, ...publishedFile(run.published)],
        figures: [],
        lines: [
          ...meanLines(
            run,
            rows,
            'rank correlation with the occlusion map, inside objects and over the image',
          ),
          ...publishedLines(run.published),
        ],
      };
    },
  }),
});
