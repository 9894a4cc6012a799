import { z } from 'zod';
import { section } from '../../config/section.js';
import { SEC_CRF } from '../../eval/crf/dense-crf.js';
import { defineExperiment, type NetworkRecords, type OutputFile } from '../../eval/experiment.js';
import { distinctWords } from '../../eval/file-word.js';
import { coversGrid, cuePickle, unpackCues } from '../../eval/masks/cue-export.js';
import { publishedFile, publishedLines } from '../published-lines.js';
import { INTERVALS } from '../reads.js';
import {
  evaluate,
  evaluateSegmenter,
  type OutputResult,
  type Run,
  type SegmenterResult,
  thresholdsOf,
} from './evaluate.js';
import { type SegmentationRecord, segmentationRecord } from './record.js';
import { classesCsv, consoleLines, sweepCsv, sweepFigure, tableCsv } from './report.js';
import { segmenterFiles, segmenterLines } from './segmenter-report.js';
import { SEGMENTER, segmenterAt, variantsOf } from './segments.js';

/*
 * Seeds for weakly supervised segmentation: the maps of an image's known classes against its mask. And segmenters, such as
 * SEC trains from them: what they say of each place against the same masks.
 */

type Options = z.output<typeof options>;

const share = z.number().gt(0).lt(1);
const positive = z.number().gt(0).max(1e4);
const weight = z.number().min(0).max(1e4);
const crf = section({
  iterations: z.int().min(0).max(100).default(SEC_CRF.iterations),
  /** Of the kernel over position and colour; its deviations in pixels and in 0…255. */
  weight: weight.default(SEC_CRF.bilateral.weight),
  position: positive.default(SEC_CRF.bilateral.position),
  color: positive.default(SEC_CRF.bilateral.color),
  /** Of the kernel over position alone. */
  smooth_weight: weight.default(SEC_CRF.gaussian.weight),
  smooth_position: positive.default(SEC_CRF.gaussian.position),
  /** Both positions times this: for pictures of another size than VOC's. */
  scale: positive.default(1),
  /** Probabilities below it count as this. */
  floor: z.number().gt(0).max(0.01).default(1e-5),
});
const options = section({
  /** A pixel is a class's where its map exceeds this share of its maximum; SEC cuts CAM at 0.2. */
  threshold: share.default(0.2),
  /** The sweep. */
  thresholds: z
    .array(share)
    .min(1)
    .max(1000)
    .default([
      0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
    ]),
  /** Write the seeds as SEC's training reads them. */
  cues: z.boolean().default(true),
  /** Share of the positions that are background cues, the least salient ones; needs `backprop` among the methods. */
  background: share.default(0.1),
  /** The dense CRF after a segmenter, SEC's at test by default; false: none. */
  crf: z.union([z.literal(false), crf]).prefault({}),
});

/** `seeds-<network>-<method>.pickle` of each output, and the list that numbers the images. */
function cueFiles(run: Run): readonly OutputFile[] {
  const first = run.networks[0];
  if (first === undefined) return [];
  const outputs = run.networks.flatMap((network) =>
    network.outputs.map(({ method }, output) => ({ name: `${network.name}-${method}`, network, output })),
  );
  const words = distinctWords(outputs.map(({ name }) => name));
  const files = outputs.map(
    ({ network, output }, i): OutputFile => ({
      name: `seeds-${words[i]}.pickle`,
      text: pickle(network, output),
    }),
  );
  return [...files, { name: 'input_list.txt', text: imageList(first) }];
}

function pickle(network: NetworkRecords<SegmentationRecord>, output: number): AsyncIterable<string> {
  const images = async function* () {
    for await (const { record } of network.records()) {
      yield { labels: record.labels, cues: unpackCues(record.cues![output]!) };
    }
  };
  return cuePickle(images());
}

/** Most data sets' ids have no ending; those of a folder have their own. */
const fileOf = (id: string) => (/\.[a-z]{3,4}$/i.test(id) ? id : `${id}.jpg`);

async function* imageList(network: NetworkRecords<SegmentationRecord>): AsyncGenerator<string> {
  let number = 0;
  for await (const { id } of network.records()) yield `${fileOf(id)} ${number++}\n`;
}

export const segmentation = defineExperiment({
  name: 'segmentation',
  summary:
    'seeds for weakly supervised segmentation: IoU against the masks over thresholds, export for SEC; segmenters',
  reference: 'Selvaraju et al., ICCV 2017, section 4.2; Kolesnikov and Lampert, ECCV 2016',
  reads: INTERVALS,
  mapsAlone: true,
  options,
  configure: (own: Options) => ({
    needs: {
      top: 0,
      given: ({ labels }) => labels,
      together: true,
      accepts: [SEGMENTER],
      requires: own.cues ? ['labels'] : ['labels', 'masks'],
      uses: { masks: 'the IoU is left out, and only the cues are written' },
    },
    judge: (image, network) => segmentationRecord(image, network, { ...own, thresholds: thresholdsOf(own) }),
    record: ({ outputs, readings, classes }) => {
      const pixels = z.int().min(0);
      const label = z.int().min(0).max(classes);
      const counted = z.strictObject({
        truth: z.array(z.tuple([label, pixels])),
        pairs: z.array(z.tuple([label, label.min(1), z.array(pixels).length(thresholdsOf(own).length)])),
      });
      const runs = z.string().regex(/^-?\d+\.\d+( -?\d+\.\d+)*$/);
      const segmented = z.strictObject({
        truth: counted.shape.truth,
        pairs: z.array(z.tuple([label, label.min(1), z.array(pixels).length(1)])),
      });
      return z.strictObject({
        labels: z.array(label.min(1)),
        counts: z.array(counted).length(outputs.length).optional(),
        ...(segmenterAt({ readings }) >= 0 && {
          segments: z.array(segmented).length(variantsOf(own.crf).length).optional(),
        }),
        ...(own.cues && { cues: z.array(runs.refine(coversGrid)).length(outputs.length) }),
      });
    },
    report: async (run: Run) => {
      const results: OutputResult[] = [];
      const segmenters: SegmenterResult[] = [];
      for (const network of run.networks) {
        results.push(...(await evaluate(run, network, own)));
        segmenters.push(...(await evaluateSegmenter(run, network, variantsOf(own.crf))));
      }
      const thresholds = thresholdsOf(own);
      return {
        files: [
          { name: 'table.csv', text: tableCsv(run, results, own) },
          { name: 'classes.csv', text: classesCsv(run, results) },
          { name: 'sweep.csv', text: sweepCsv(results, thresholds) },
          ...segmenterFiles(run, segmenters),
          ...publishedFile(run.published),
          ...(own.cues ? cueFiles(run) : []),
        ],
        figures: results.length === 0 ? [] : [sweepFigure(run, results, thresholds)],
        lines: [
          ...consoleLines(run, results, own),
          ...(results.length > 0 && segmenters.length > 0 ? [''] : []),
          ...segmenterLines(run, segmenters),
          ...publishedLines(run.published),
        ],
      };
    },
  }),
});
