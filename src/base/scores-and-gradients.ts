/** One forward and, where it was asked for, one backward pass over one image. */
export interface ScoresAndGradients {
  /** [classes], before softmax. */
  readonly scores: Float32Array;
  /** ∂score/∂image of m classes, [m, 3, H, W]; empty where scores alone were asked for. */
  readonly gradients: Float32Array;
}
