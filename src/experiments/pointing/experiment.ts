import { z } from 'zod';
import { section } from '../../config/section.js';
import { defineExperiment } from '../../eval/experiment.js';
import { publishedFile } from '../published-lines.js';
import { INTERVALS } from '../reads.js';
import { bit, classIndex, share } from '../record-schemas.js';
import { evaluatePointing, type Run } from './evaluate.js';
import { classesFigure, rejectFigure } from './figures.js';
import { type PointingOptions, pointingRecord } from './record.js';
import { classesCsv, consoleLines, rejectCsv, tableCsv } from './report.js';

/*
 * The pointing game: does the strongest pixel of a class's map lie on an object of the class? As TorchRay plays it; beside
 * it energy-based pointing, and the Grad-CAM paper's variant with the best guesses and a reject option.
 */

const options = section({
  /** Pixels of the stored image; a hit is nearer to the object than this. */
  tolerance: z.number().min(1).max(65_536).default(15),
  /** σ of the smoothing, as a share of the stored image's longer side. */
  smooth: z.number().min(0).max(0.25).default(0.02),
  /** The methods whose maps are smoothed: those that TorchRay smooths. */
  smoothed: z.array(z.string().min(1)).prefault(['backprop', 'deconvnet', 'guided-backprop']),
  /** How many of the best guesses may be rejected; 0 leaves the variant out. */
  top: z.int().min(0).max(20).default(5),
});

export const pointing = defineExperiment({
  name: 'pointing',
  summary:
    "the pointing game: the map's maximum on the class's objects; energy inside; best guesses with reject",
  reference:
    'Zhang et al., ECCV 2016, section 4.1; Wang et al. 2020 (energy); Selvaraju et al., ICCV 2017 (reject)',
  reads: INTERVALS,
  mapsAlone: true,
  options,
  configure: (own: z.output<typeof options>) => ({
    needs: { top: own.top, given: ({ labels }) => labels, requires: ['labels', 'boxes'] },
    judge: (image, network) => {
      const top = Math.min(own.top, network.classes.length);
      return pointingRecord(image, network, { ...own, top } satisfies PointingOptions);
    },
    record: ({ outputs, classes }) => {
      const hit = z.array(bit).length(outputs.length);
      const values = z.array(z.number().min(0)).length(outputs.length);
      const cue = z.strictObject({
        ...{ class: classIndex(classes), difficult: z.boolean(), center: bit, covered: share },
        ...{ hit, energy: values },
      });
      const guess = z.strictObject({
        class: z
          .int()
          .min(-1)
          .max(classes - 1),
        present: bit,
        peak: values,
        hit,
      });
      return z.strictObject({ cues: z.array(cue), guesses: z.array(guess).max(own.top) });
    },
    report: async (run: Run) => {
      const result = await evaluatePointing(run);
      const withGuesses = result.rejects.length > 0;
      return {
        files: [
          { name: 'table.csv', text: tableCsv(run, result) },
          { name: 'classes.csv', text: classesCsv(run, result) },
          ...(withGuesses ? [{ name: 'reject.csv', text: rejectCsv(run, result) }] : []),
          ...publishedFile(run.published),
        ],
        figures: [...classesFigure(run, result), ...rejectFigure(run, result)],
        lines: consoleLines(run, result, own.tolerance),
      };
    },
  }),
});
