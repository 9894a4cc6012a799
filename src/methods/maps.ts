import { ModelError } from '../errors.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { MethodMap } from './method.js';

/** Channels, height and width of a convolutional layer. Throws ModelError for a value of another rank. */
export function activationOf(
  b: GraphBuilder,
  layer: string,
): { readonly channels: number; readonly height: number; readonly width: number } {
  const { dims } = b.type(layer);
  const [channels, height, width] = dims;
  if (dims.length !== 3 || channels === undefined || height === undefined || width === undefined) {
    throw new ModelError(
      `layer \`${layer}\` is [N,${dims.join(',')}], not [N,C,H,W]: name a convolutional layer`,
    );
  }
  return { channels, height, width };
}

/** Σ_c w_c A_c for weights [N, k, C] and activations A [N, C, H, W]: one product of matrices, [N, k, H·W]. */
export function weightedSum(b: GraphBuilder, weights: string, layer: string): string {
  const { channels, height, width } = activationOf(b, layer);
  const flat = b.once(`flat ${layer}`, () => b.reshape(layer, [-1, channels, height * width]));
  return b.add('MatMul', [weights, flat]);
}

/** [N, k, H·W] or [N·k, H, W] → the form that every method returns, [N, k, H, W]. */
export function perClass(b: GraphBuilder, map: string, height: number, width: number): MethodMap {
  return { map: b.reshape(map, [-1, b.k, height, width]), height, width };
}
