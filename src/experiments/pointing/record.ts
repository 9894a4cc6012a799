import type { Heatmap } from '../../base/heatmap.js';
import type { Sample } from '../../base/sample.js';
import type { BinaryMask } from '../../base/threshold.js';
import type { ExplainedClass, ExplainedImage, JudgedNetwork } from '../../eval/experiment.js';
import { mapOnImage } from '../../eval/maps/map-on-image.js';
import { energyInside, hits, maskArea, peakOf } from '../../eval/maps/pointing-game.js';
import { smoothMap } from '../../eval/maps/smooth.js';
import { objectMask } from '../../eval/masks/object-mask.js';
import { roundTo } from '../../eval/round-to.js';

export interface PointingOptions {
  /** Pixels of the stored image; a hit is nearer than this. */
  readonly tolerance: number;
  /** σ of the smoothing, as a share of the longer side of the stored image. */
  readonly smooth: number;
  /** The methods whose maps are smoothed. */
  readonly smoothed: readonly string[];
  /** How many guesses are asked for. */
  readonly top: number;
}

/** A class that is there, pointed at by its own map. */
export interface Cue {
  /** Index into the data set's classes. */
  readonly class: number;
  /** In the difficult subset. */
  readonly difficult: boolean;
  /** Whether the image's centre hits. */
  readonly center: 0 | 1;
  /** Share of the image that the objects cover: the energy inside of a map that is the same everywhere. */
  readonly covered: number;
  /** [output] */
  readonly hit: readonly (0 | 1)[];
  /** [output]: share of the map's energy inside the objects, 0…1. */
  readonly energy: readonly number[];
}

/** One of the network's best guesses. */
export interface PointedGuess {
  /** Index into the data set's classes; −1 where the image has no maps from files, and so no guesses that are known. */
  readonly class: number;
  /** Whether the class is in the image. */
  readonly present: 0 | 1;
  /** [output]: the map's largest value (after smoothing, where the method has any), 0 where it has no positive one. */
  readonly peak: readonly number[];
  /** [output]: whether the peak hits; 0 for an absent class. */
  readonly hit: readonly (0 | 1)[];
}

/** What the journal keeps of an image. */
export interface PointingRecord {
  readonly cues: readonly Cue[];
  readonly guesses: readonly PointedGuess[];
}

/**
 * An image's cues and guesses.
 *
 * Left out: a class whose objects are all marked difficult, and one whose mask is empty. A class is in the difficult
 * subset when its objects cover less than a quarter of the image and another class is present (Zhang et al. 2016,
 * section 4.1; the union is counted here, TorchRay reads lists of image and class).
 *
 * An image whose maps are in no file has as many guesses as were asked for, all of them wrong at every threshold.
 */
export function pointingRecord(
  {
    truth,
    given,
    top,
    geometry,
    missing,
  }: Pick<ExplainedImage, 'truth' | 'given' | 'top' | 'geometry' | 'missing'>,
  { outputs }: Pick<JudgedNetwork, 'outputs'>,
  options: PointingOptions,
): PointingRecord {
  const { width, height } = truth.size;
  const masks = new Map(truth.labels.map((label) => [label, countedMask(truth, label)]));
  const sigma = options.smooth * Math.max(width, height);
  const drawn = ({ map }: ExplainedClass, output: number): Heatmap => {
    const whole = mapOnImage(map(output), geometry);
    return options.smoothed.includes(outputs[output]!.method) ? smoothMap(whole, sigma, 'repeated') : whole;
  };
  const hit = (mask: BinaryMask | undefined, peak: Parameters<typeof hits>[1] | undefined) =>
    mask !== undefined && peak !== undefined && hits(mask, peak, options.tolerance) ? 1 : 0;
  // Where what lacks a map is left out, its classes are not given either.
  const isLost = missing !== undefined && top.length === 0 && given.length === truth.labels.length;
  // Most guesses are cues as well: each map is drawn once.
  const seen = new Map<number, readonly Pointed[]>();
  const pointed = (one: ExplainedClass): readonly Pointed[] => {
    const found = seen.get(one.classIndex);
    if (found !== undefined) return found;
    const mask = masks.get(one.classIndex);
    const made = outputs.map((_, output): Pointed => {
      const map = drawn(one, output);
      const peak = peakOf(map);
      const energy = mask === undefined ? 0 : roundTo(energyInside(map, mask), 6);
      return { peak: Number((peak?.value ?? 0).toPrecision(6)), hit: hit(mask, peak), energy };
    });
    seen.set(one.classIndex, made);
    return made;
  };
  return {
    cues: given.flatMap((one): Cue[] => {
      const mask = masks.get(one.classIndex);
      if (mask === undefined) return [];
      const covered = maskArea(mask) / (width * height);
      const all = pointed(one);
      return [
        {
          class: one.classIndex,
          difficult: covered < 0.25 && truth.labels.length > 1,
          center: hit(mask, { x: width / 2, y: height / 2 }),
          covered: roundTo(covered, 6),
          hit: all.map((each) => each.hit),
          energy: all.map((each) => each.energy),
        },
      ];
    }),
    guesses: isLost
      ? lostGuesses(options.top, outputs.length)
      : top.flatMap((one): PointedGuess[] => {
          const present = truth.labels.includes(one.classIndex);
          // Neither right nor wrong: a background class, and a class that is there but not counted.
          if (one.classIndex < 0 || (present && masks.get(one.classIndex) === undefined)) return [];
          const all = pointed(one);
          return [
            {
              class: one.classIndex,
              present: present ? 1 : 0,
              peak: all.map((each) => each.peak),
              hit: all.map((each) => each.hit),
            },
          ];
        }),
  };
}

/** A class that is there and never hit is wrong when it is kept, and wrong when it is rejected. */
function lostGuesses(count: number, outputs: number): readonly PointedGuess[] {
  const [peak, hit] = [new Array<number>(outputs).fill(0), new Array<0>(outputs).fill(0)];
  return new Array<PointedGuess>(count).fill({ class: -1, present: 1, peak, hit });
}

interface Pointed {
  readonly peak: number;
  readonly hit: 0 | 1;
  readonly energy: number;
}

function countedMask(truth: Sample, label: number): BinaryMask | undefined {
  const own = truth.objects.filter(({ classIndex }) => classIndex === label);
  if (own.every(({ difficult }) => difficult)) return undefined;
  const mask = objectMask(truth, label);
  return maskArea(mask) === 0 ? undefined : mask;
}
