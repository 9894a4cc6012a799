/*
 * The public surface of the evaluators: maps and ground truth in, decisions and numbers out. They take images one by one
 * (`add` or `accumulate`) and give their numbers when asked (`compute`).
 */
export { type BoxRule, largestBox } from './boxes/largest-box.js';
export { judgeGuesses } from './boxes/localization.js';
export { LocalizationEvaluator } from './boxes/localization-evaluator.js';
export { bestIous } from './boxes/max-box-acc.js';
export { MaxBoxAccEvaluator } from './boxes/max-box-acc-evaluator.js';
export { thresholdMap } from './maps/threshold-map.js';
export { ConfusionMatrix } from './masks/confusion.js';
export { PxApEvaluator, pixelCounts } from './masks/pxap.js';
