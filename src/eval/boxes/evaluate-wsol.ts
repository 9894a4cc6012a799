import type { ClassMask } from '../../base/class-mask.js';
import type { Heatmap } from '../../base/heatmap.js';
import { resizeMap } from '../../base/resize-map.js';
import type { ObjectTruth } from '../../base/sample.js';
import type { InputGeometry } from '../../images/geometry.js';
import { checkedMap } from '../maps/checked-map.js';
import { PxApEvaluator, pixelCounts } from '../masks/pxap.js';
import { bestIous } from './max-box-acc.js';
import { MaxBoxAccEvaluator, type MaxBoxAccResult } from './max-box-acc-evaluator.js';
import { boxOnInput, maskOnInput } from './on-input.js';

/** The map of a class that is in an image, and where its objects are. */
export interface WsolInstance {
  /** Over the network's input. */
  readonly map: Heatmap;
  /** The class of the map. */
  readonly classIndex: number;
  /** Objects of any class, their boxes in pixels of the stored image; those of the map's class count. */
  readonly truth: readonly Pick<ObjectTruth, 'classIndex' | 'box' | 'annotated'>[];
  /** Pixels of the stored image, for PxAP: 0 background, k + 1 class k, 255 neither. */
  readonly mask?: ClassMask | undefined;
  readonly geometry: InputGeometry;
}

export interface WsolResult {
  /** Instances that have a box. */
  readonly n: number;
  /** Undefined without any. */
  readonly boxes: MaxBoxAccResult | undefined;
  /** Pixel average precision in per cent; undefined without masks. */
  readonly pxap: number | undefined;
}

/**
 * MaxBoxAcc, MaxBoxAccV2 and PxAP of Choe et al. (CVPR 2020), as the experiment `wsol` computes them: on the grid of the
 * network's input, with the class given and the best threshold of the whole set. Maps are not kept.
 * @throws RangeError for a map that does not fit its size or has a value that is not finite, the signal's reason when it is aborted
 */
export async function evaluateWsol(
  instances: Iterable<WsolInstance> | AsyncIterable<WsolInstance>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<WsolResult> {
  const boxAccuracy = new MaxBoxAccEvaluator();
  const pixels = new PxApEvaluator();
  signal?.throwIfAborted();
  for await (const { map, classIndex, truth, mask, geometry } of instances) {
    signal?.throwIfAborted();
    checkedMap(map);
    const boxes = truth
      .filter((object) => object.classIndex === classIndex)
      .flatMap((object) => boxOnInput(object, geometry) ?? []);
    if (boxes.length === 0) continue;
    const resized = resizeMap(map, geometry.input);
    boxAccuracy.accumulate(bestIous(resized, boxes));
    const own = mask && maskOnInput(mask, classIndex, geometry);
    if (own !== undefined) pixels.accumulate(pixelCounts(resized, own));
  }
  const boxes = boxAccuracy.compute();
  return { n: boxes?.n ?? 0, boxes, pxap: pixels.compute() };
}
