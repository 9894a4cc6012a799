import type { GraphBuilder } from '../graph/builder.js';
import { activationOf, inverseOrZero } from './maps.js';
import type { Method } from './method.js';

/** Each step shrinks what is not the first singular vector by (σ₂/σ₁)²: 0.8 leaves 10⁻⁶ after 32. */
const STEPS = 32;

/**
 * A [C, H·W] = U Σ Vᵀ; map = ReLU(u₁ᵀA) = ReLU(σ₁v₁), the same for every class. u₁ is found by power iteration,
 * u ← A(Aᵀu), from u = 1: its sign is the one with Σ_c u_c > 0, so that the map of rectified activations is positive.
 * A is not centred first, as in the paper; pytorch-grad-cam centres it.
 */
export const eigenCam: Method = {
  name: 'eigen-cam',
  summary: 'first principal component of the activations, whatever the class',
  reference: 'Muhammad and Yeasin, "Eigen-CAM" (IJCNN 2020), equation 3',
  reads: 'layer',
  gradients: [],
  build: ({ b, layer }) => {
    const { height, width } = activationOf(b, layer);
    const area = height * width;
    const map = b.add('Relu', [b.add('MatMul', [firstDirection(b, layer), flat(b, layer)])]);
    const perClass = b.k === 1 ? map : b.add('Expand', [map, b.ints([1, b.k, area])]);
    return { map: b.reshape(perClass, [-1, b.k, height, width]), height, width };
  },
};

/** A [N, C, H·W]. */
function flat(b: GraphBuilder, layer: string): string {
  const { channels, height, width } = activationOf(b, layer);
  return b.once(`flat ${layer}`, () => b.reshape(layer, [-1, channels, height * width]));
}

/** u₁ᵀ of unit length, [N, 1, C]; zeros for a layer of zeros. */
function firstDirection(b: GraphBuilder, layer: string): string {
  const { channels } = activationOf(b, layer);
  const A = flat(b, layer);
  const transposed = b.add('Transpose', [A], { perm: { type: 'ints', value: [0, 2, 1] } });
  let u = b.constant('float32', [1, 1, channels], new Float32Array(channels).fill(1));
  for (let step = 0; step < STEPS; step++) {
    const next = b.add('MatMul', [b.add('MatMul', [u, A]), transposed]);
    u = scaled(b, next, b.add('ReduceMax', [b.add('Abs', [next])], LAST_AXIS));
  }
  const square = b.add('ReduceSum', [b.add('Mul', [u, u]), b.ints([2])]);
  return scaled(b, u, b.add('Sqrt', [square]));
}

const LAST_AXIS = { axes: { type: 'ints', value: [2] } } as const;

function scaled(b: GraphBuilder, u: string, length: string): string {
  return b.add('Mul', [u, inverseOrZero(b, length)]);
}
