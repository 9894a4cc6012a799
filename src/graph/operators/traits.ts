/**
 * What the rest of the code asks about an operator instead of its name. A trait says what ONNX's definition says, for
 * inference, whether or not the operator is left in a lowered graph.
 *
 * How the output follows from the numbers of the input:
 * - `elementwise`: each number follows from the one at its place, by the same function everywhere.
 * - `linear`: linear or affine in its data, at all times.
 * - `bilinear`: a product of its first two inputs, so linear where only one of them depends on the image.
 * - `quotient`: linear in its first input where the second does not depend on the image.
 * - `transparent`: the same numbers in the same order, at most in another shape or element type.
 * - `view`: transparent without computing or copying a number, however many there are.
 * - `arranging`: the same numbers in another shape or order.
 *
 * What it is in a network:
 * - `weighted`: a layer, whose second input is its weights and whose third is its bias.
 * - `pooling`: it summarises windows of positions, or all of them.
 * - `reduction`: it summarises whole axes.
 * - `rectifier`: guided backprop and deconvnet have a rule of their own for it.
 * - `passedOn`: guided backprop and deconvnet take its plain gradient though it is not linear. A max pool hands it to the
 *   winner, and of LRN the published code does the same.
 * - `gate`: a value between 0 and 1 that scales another one. A value times its own gate is a swish.
 * - `scoreHead`: a classifier ends in it. It gives probabilities or their logarithms.
 *
 * Signs:
 * - `nonnegative`: its output is never below 0.
 * - `keepsSign`: its output is not below 0 where its first input is not.
 * - `keepsCommonSign`: its output is not below 0 where none of its inputs is.
 *
 * Axes and inputs:
 * - `channelsFirst`: input and output are [N, C, ...] by definition.
 * - `parameterised`: its inputs behind the first are shapes, positions and sizes.
 * - `readsShape`: it reads the shape of its input and none of its numbers.
 */
export type Trait =
  | 'elementwise'
  | 'linear'
  | 'bilinear'
  | 'quotient'
  | 'transparent'
  | 'view'
  | 'arranging'
  | 'weighted'
  | 'pooling'
  | 'reduction'
  | 'rectifier'
  | 'passedOn'
  | 'gate'
  | 'scoreHead'
  | 'nonnegative'
  | 'keepsSign'
  | 'keepsCommonSign'
  | 'channelsFirst'
  | 'parameterised'
  | 'readsShape';
