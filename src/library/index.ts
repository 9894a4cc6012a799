/*
 * The public surface of the package, `explanation-bench`: networks that explain pictures, data sets, and all evaluators of
 * `explanation-bench/eval`. It needs Node.js.
 */

export { BenchError, ConfigError, DataError, EngineError, ModelError } from '../base/errors.js';
export type { Sample, TruthKind } from '../base/sample.js';
export { PRESETS, type PresetName } from '../cards/presets.js';
export type { Dataset } from '../datasets/dataset.js';
export { openDataset } from '../datasets/registry.js';
export type { DatasetSpec } from '../datasets/spec.js';
export * from '../eval/index.js';
export type { DescribedValue } from '../explainer/file/about.js';
export type { WeightsPlace } from '../explainer/file/write-file.js';
export type { ListedLayer, ModelReport } from '../explainer/layers.js';
export { SCORE_KINDS, type Score, type ScoreKind } from '../graph/scores/score.js';
export { COLOR_MAPS, type ColorMapName } from '../images/colormap.js';
export type { Interpolation as PixelInterpolation } from '../images/filters.js';
export type { InputSpec, Triple } from '../images/preprocess.js';
export type { RgbImage } from '../images/rgb-image.js';
export type { Dim } from '../onnx/graph.js';
export type { CompiledFile } from '../run/compile-file.js';
export { type CompileOptions, compile } from './compile.js';
export { type DrawOptions, drawMap, encodePng } from './draw-map.js';
export { explain } from './explain.js';
export type { ExplainedClass, ExplainedMap, Explanation } from './explanation.js';
export { type InspectOptions, inspectModel } from './inspect-model.js';
export { type ListedMethod, listMethods } from './list-methods.js';
export { loadModel } from './load-model.js';
export type { ExplainedItem, MapKind, Model } from './model.js';
export type {
  ExplainAllOptions,
  ExplainOptions,
  InputOptions,
  LoadOptions,
  MethodOption,
} from './options.js';
export { decodePicture, type Picture } from './picture.js';
