import { HIT_ROWS, isHit } from '../../eval/boxes/box-hits.js';
import { BOX_IOUS, LEVELS } from '../../eval/boxes/max-box-acc.js';
import { MaxBoxAccEvaluator } from '../../eval/boxes/max-box-acc-evaluator.js';
import type { RunRecords } from '../../eval/experiment.js';
import { averagePixelPrecision } from '../../eval/masks/pxap.js';
import { bootstrap, type Interval } from '../../eval/statistics/bootstrap.js';
import { unpackCounts } from '../../eval/statistics/pack-counts.js';
import type { WsolRecord } from './record.js';

/** One class in one image. */
interface Instance {
  /** Number of the image among those that count. */
  readonly image: number;
  readonly hits: Uint8Array;
  readonly positive: readonly number[] | undefined;
  readonly negative: readonly number[] | undefined;
}

/** A line of the table. */
export interface Row {
  readonly network: string;
  readonly paper: string | undefined;
  readonly method: string;
  readonly layer: string;
  readonly measure: string;
  /** Level of the threshold that was taken, for the box measures at one IoU. */
  readonly level: number | undefined;
  readonly instances: number;
  readonly interval: Interval | undefined;
}

export type Run = RunRecords<WsolRecord>;

async function instancesOf(network: Run['networks'][number], map: number): Promise<readonly Instance[]> {
  const instances: Instance[] = [];
  let image = 0;
  for await (const { record } of network.records()) {
    for (const maps of record) {
      const { hits, positive, negative } = maps[map]!;
      instances.push({
        image,
        hits: Buffer.from(hits, 'base64'),
        positive: positive === undefined ? undefined : unpackCounts(positive),
        negative: negative === undefined ? undefined : unpackCounts(negative),
      });
    }
    if (record.length > 0) image++;
  }
  return instances;
}

/** Mean over the instances of the share of `rows` that are hit at their levels, in per cent; images are resampled. */
function boxAccuracy(
  instances: readonly Instance[],
  rows: readonly (readonly [row: number, level: number])[],
  run: Run,
): Interval | undefined {
  const shares = instances.map(
    ({ hits }) => (100 * rows.filter(([row, level]) => isHit(hits, row, level)).length) / rows.length,
  );
  const images = (instances.at(-1)?.image ?? -1) + 1;
  const statistic = (counts: Uint32Array) => {
    let sum = 0;
    let n = 0;
    instances.forEach(({ image }, i) => {
      sum += counts[image]! * shares[i]!;
      n += counts[image]!;
    });
    return sum / n;
  };
  return bootstrap(images, statistic, run.bootstrap);
}

function pxap(instances: readonly Instance[], run: Run): Interval | undefined {
  const masked = instances.filter(({ positive }) => positive !== undefined);
  const order = new Map([...new Set(masked.map(({ image }) => image))].map((image, i) => [image, i]));
  const images = masked.map(({ image }) => order.get(image)!);
  const bins = masked[0]?.positive?.length ?? 0;
  return bootstrap(
    order.size,
    (counts) => {
      const positive = new Float64Array(bins);
      const negative = new Float64Array(bins);
      masked.forEach((instance, i) => {
        const weight = counts[images[i]!]!;
        if (weight === 0) return;
        for (let bin = 0; bin < bins; bin++) {
          positive[bin]! += weight * instance.positive![bin]!;
          negative[bin]! += weight * instance.negative![bin]!;
        }
      });
      return averagePixelPrecision(positive, negative) ?? Number.NaN;
    },
    run.bootstrap,
  );
}

export interface Evaluated {
  readonly rows: readonly Row[];
  /** threshold, method, measure, accuracy in % */
  readonly curves: readonly { series: string; iou: number; threshold: number; accuracy: number }[];
}

/** Every output of every network, and the centred Gaussian of each. */
export async function evaluate(run: Run): Promise<Evaluated> {
  const rows: Row[] = [];
  const curves: { series: string; iou: number; threshold: number; accuracy: number }[] = [];
  for (const network of run.networks) {
    const names = [
      ...network.outputs.map(({ method, layer }) => ({ method, layer })),
      { method: 'center-gaussian', layer: '' },
    ];
    for (const [map, output] of names.entries()) {
      const instances = await instancesOf(network, map);
      const evaluator = new MaxBoxAccEvaluator();
      for (const { hits } of instances) evaluator.accumulateHits(hits);
      const result = evaluator.compute();
      if (result === undefined) continue;
      const shared = { network: network.name, paper: network.paper, ...output, instances: instances.length };
      const all = [...result.largest, ...result.any];
      const of = (wanted: readonly number[]) =>
        boxAccuracy(
          instances,
          wanted.map((row) => [row, all[row]!.level]),
          run,
        );
      const half = BOX_IOUS.indexOf(0.5);
      const any = BOX_IOUS.map((_, d) => HIT_ROWS / 2 + d);
      rows.push(
        { ...shared, measure: 'MaxBoxAcc', level: all[half]!.level, interval: of([half]) },
        { ...shared, measure: 'MaxBoxAccV2', level: undefined, interval: of(any) },
        ...any.map((row, d) => ({
          ...shared,
          measure: `MaxBoxAccV2@${BOX_IOUS[d]}`,
          level: all[row]!.level,
          interval: of([row]),
        })),
        { ...shared, measure: 'PxAP', level: undefined, interval: pxap(instances, run) },
      );
      for (const iou of BOX_IOUS) {
        evaluator.curve('any', iou).forEach((accuracy, level) => {
          curves.push({
            series: `${network.name} ${output.method}`,
            iou,
            threshold: level / LEVELS,
            accuracy,
          });
        });
      }
    }
  }
  return { rows, curves };
}
