import { iou } from '../../base/box.js';
import type { LocalizationConfig } from '../../config/schema.js';
import type { AlphaSearch } from '../../eval/boxes/alpha-search.js';
import { frameExtent } from '../../eval/boxes/box-of-map.js';
import { drawnMap } from '../../eval/boxes/largest-box.js';
import { meanBox } from '../../eval/boxes/mean-box.js';
import type { ExplainedImage, Needs } from '../../eval/experiment.js';
import { boxOnImage } from '../../images/geometry.js';

/** The search looks at the maps of the true classes alone: how well the network classifies plays no part. */
export const ALPHA_NEEDS: Needs = {
  top: 0,
  requires: ['labels', 'boxes'],
  given: ({ labels, blacklisted }) => (blacklisted ? [] : labels),
  // Most images have one class; a place that is left over would cost a backward pass.
  places: 1,
};

/**
 * Tries every α on the maps of an image's true classes. An image of several classes counts once for each that the network
 * knows.
 * @param methods one per output of the network: σ of its smoothing, and the search that its boxes count in
 */
export function tryAlphas(
  { truth, geometry, given }: ExplainedImage,
  { upsampling, frame, iou: least }: LocalizationConfig,
  methods: readonly { readonly smooth: number; readonly search: AlphaSearch }[],
): void {
  const extent = frameExtent(geometry, { rule: 'mean', frame });
  for (const { classIndex, map } of given) {
    const objects = truth.objects.filter((object) => object.classIndex === classIndex);
    if (objects.length === 0) continue;
    for (const [output, { smooth, search }] of methods.entries()) {
      const drawn = drawnMap(map(output), extent, { upsampling, smooth });
      search.add((alpha) => {
        const box = boxOnImage(meanBox(drawn, alpha), extent, geometry);
        return box !== undefined && objects.some((object) => iou(box, object.box) >= least);
      });
    }
  }
}
