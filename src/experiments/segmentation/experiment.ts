import { z } from 'zod';
import { section } from '../../config/section.js';
import { defineExperiment, type NetworkRecords, type OutputFile } from '../../eval/experiment.js';
import { distinctWords } from '../../eval/file-word.js';
import { coversGrid, cuePickle, unpackCues } from '../../eval/masks/cue-export.js';
import { publishedFile, publishedLines } from '../published-lines.js';
import { INTERVALS } from '../reads.js';
import { evaluate, type OutputResult, type Run, thresholdsOf } from './evaluate.js';
import { type SegmentationRecord, segmentationRecord } from './record.js';
import { classesCsv, consoleLines, sweepCsv, sweepFigure, tableCsv } from './report.js';

/* Seeds for weakly supervised segmentation: the maps of an image's known classes against its mask. */

type Options = z.output<typeof options>;

const share = z.number().gt(0).lt(1);
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
});

/** `seeds-<network>-<method>.pickle` of each output, and the list that numbers the images. */
function cueFiles(run: Run): readonly OutputFile[] {
  const first = run.networks[0];
  if (first === undefined) return [];
  const outputs = run.networks.flatMap((network) =>
    network.outputs.flatMap(({ method }, output) =>
      method === 'backprop' ? [] : [{ name: `${network.name}-${method}`, network, output }],
    ),
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

async function* imageList(network: NetworkRecords<SegmentationRecord>): AsyncGenerator<string> {
  let number = 0;
  for await (const { id } of network.records()) yield `${id}.jpg ${number++}\n`;
}

export const segmentation = defineExperiment({
  name: 'segmentation',
  summary: 'seeds for weakly supervised segmentation: IoU against the masks over thresholds, export for SEC',
  reference: 'Selvaraju et al., ICCV 2017, section 4.2; Kolesnikov and Lampert, ECCV 2016',
  reads: INTERVALS,
  options,
  configure: (own: Options) => ({
    needs: { top: 0, given: ({ labels }) => labels },
    judge: (image, network) => segmentationRecord(image, network, { ...own, thresholds: thresholdsOf(own) }),
    record: ({ outputs, classes }) => {
      const pixels = z.int().min(0);
      const label = z.int().min(0).max(classes);
      const counted = z.strictObject({
        truth: z.array(z.tuple([label, pixels])),
        pairs: z.array(z.tuple([label, label.min(1), z.array(pixels).length(thresholdsOf(own).length)])),
      });
      const runs = z.string().regex(/^-?\d+\.\d+( -?\d+\.\d+)*$/);
      return z.strictObject({
        labels: z.array(label.min(1)),
        counts: z.array(counted).length(outputs.length).optional(),
        ...(own.cues && { cues: z.array(runs.refine(coversGrid)).length(outputs.length) }),
      });
    },
    report: async (run: Run) => {
      const results: OutputResult[] = [];
      for (const network of run.networks) results.push(...(await evaluate(run, network, own)));
      const thresholds = thresholdsOf(own);
      return {
        files: [
          { name: 'table.csv', text: tableCsv(run, results, own) },
          { name: 'classes.csv', text: classesCsv(run, results) },
          { name: 'sweep.csv', text: sweepCsv(results, thresholds) },
          ...publishedFile(run.published),
          ...(own.cues ? cueFiles(run) : []),
        ],
        figures: [sweepFigure(run, results, thresholds)],
        lines: [...consoleLines(run, results, own), ...publishedLines(run.published)],
      };
    },
  }),
});
