/*
 * The public surface of the evaluators, `explanation-bench/eval`: maps and ground truth in, decisions and numbers out. Nothing
 * here reads a file or needs Node.js: it runs in a browser as well.
 */

export { type Box, boxArea, boxHeight, boxWidth, iou, scaleBox } from '../base/box.js';
export type { ClassMask } from '../base/class-mask.js';
export type { Heatmap } from '../base/heatmap.js';
export { type Interpolation, resizeMap } from '../base/resize-map.js';
export type { RunLengths } from '../base/run-lengths.js';
export type { ClassInfo, ObjectTruth } from '../base/sample.js';
export { SEED, type Seeds, type Segment } from '../base/segment.js';
export type { Size } from '../base/size.js';
export type { BinaryMask, Comparison } from '../base/threshold.js';
export { type InputGeometry, type Region, wholeImage } from '../images/geometry.js';
export { boxOfMap } from './boxes/box-of-map.js';
export { centerBox } from './boxes/center-box.js';
export type { Connectivity, LargestBy } from './boxes/components.js';
export { DEFAULT_BOX_RULE } from './boxes/default-rule.js';
export {
  type ErrorEstimate,
  evaluateLocalization,
  type LocalizationGuess,
  type LocalizationImage,
  type LocalizationOptions,
  type LocalizationResult,
} from './boxes/evaluate-localization.js';
export { evaluateWsol, type WsolInstance, type WsolResult } from './boxes/evaluate-wsol.js';
export {
  type BoxRule,
  type ContoursRule,
  type Drawing,
  type GrabCutRule,
  largestBox,
  type MeanRule,
  type ThresholdRule,
} from './boxes/largest-box.js';
export {
  type Guess,
  type JudgeOptions,
  judgeGuesses,
  type LocalizationDecision,
} from './boxes/localization.js';
export {
  type ErrorRate,
  LocalizationEvaluator,
  type Measure,
  type TopError,
} from './boxes/localization-evaluator.js';
export { type BestIous, BOX_IOUS, bestIous, LEVELS } from './boxes/max-box-acc.js';
export {
  type BoxAccuracy,
  type BoxCounts,
  MaxBoxAccEvaluator,
  type MaxBoxAccResult,
} from './boxes/max-box-acc-evaluator.js';
export { NOT_COUNTED, type Outcomes } from './boxes/outcomes.js';
export {
  evaluatePointing,
  type PointingImage,
  type PointingOptions,
  type PointingResult,
} from './maps/evaluate-pointing.js';
export { mapOnImage } from './maps/map-on-image.js';
export { energyInside, hits, type Peak, peakOf } from './maps/pointing-game.js';
export { type Border, smoothMap } from './maps/smooth.js';
export { thresholdMap } from './maps/threshold-map.js';
export { ConfusionMatrix } from './masks/confusion.js';
export { type ObjectsOfImage, objectMask } from './masks/object-mask.js';
export { type PixelCounts, PxApEvaluator, pixelCounts } from './masks/pxap.js';
export {
  type BootstrapOptions,
  bootstrap,
  bootstrapMean,
  DEFAULT_BOOTSTRAP,
  type Interval,
} from './statistics/bootstrap.js';
export { type ClassValue, classMean } from './statistics/class-accuracy.js';
export { spearman } from './statistics/rank-correlation.js';
export { bootstrapRate, pairedDifference } from './statistics/rates.js';
export { signTest } from './statistics/sign-test.js';
