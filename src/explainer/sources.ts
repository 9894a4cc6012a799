import { ModelError } from '../base/errors.js';
import { activations } from '../methods/activations.js';
import { type Activation, type ImageShape, isMultiPass, type MultiPassMethod } from '../methods/method.js';
import { methodNamed } from '../methods/registry.js';
import { refuseLayer } from './compile.js';
import type { ExplanationOutput, ExplanationRequest } from './explainer.js';
import type { Prepared } from './prepared.js';

/** Maps of a method that runs many passes, and the graph's map number `reading` that holds the layer it reads. */
export interface ManyPasses {
  readonly method: MultiPassMethod;
  /** Absent when it reads the image itself. */
  readonly reading: number | undefined;
}

/** What answers a request: the graph's map number `map`, or many passes. */
export type Source = { readonly map: number } | ManyPasses;

/**
 * The requests that one graph answers, and for each request where its map comes from: the same place for the same
 * request, so that no method runs its passes twice.
 */
export function divide(requests: readonly ExplanationRequest[]): {
  readonly once: readonly ExplanationRequest[];
  readonly sources: readonly Source[];
} {
  const once: ExplanationRequest[] = [];
  const known = new Map<string, Source>();
  const sources = requests.map((request): Source => {
    const method = methodNamed(request.method);
    if (!isMultiPass(method)) return { map: once.push(request) - 1 };
    if (request.contrast !== undefined) throw new ModelError(`${method.name} takes no contrast: remove it`);
    const key = JSON.stringify([method.name, request.layer]);
    const source = known.get(key) ?? { method, reading: readingOf(method, request, once) };
    known.set(key, source);
    return source;
  });
  return { once, sources };
}

function readingOf(
  { reads }: MultiPassMethod,
  request: ExplanationRequest,
  once: ExplanationRequest[],
): number | undefined {
  if (reads === 'layer') return once.push({ ...request, method: activations.name }) - 1;
  refuseLayer(request);
  return undefined;
}

/** What must be known of a network to read its layers. */
type Read = Pick<Prepared, 'outputs' | 'inputShape'>;

/** The value that a method of many passes reads: its name, and its shape for one image. */
function valueRead({ reading }: ManyPasses, { outputs, inputShape }: Read) {
  if (reading === undefined) return { layer: 'input', shape: inputShape };
  const { layer, height, width, channels = 1 } = outputs[reading]!;
  return { layer, shape: [channels, height / channels, width] satisfies ImageShape };
}

export function outputOf(source: ManyPasses, network: Read): ExplanationOutput {
  const { layer, shape } = valueRead(source, network);
  return { method: source.method.name, layer, height: shape[1], width: shape[2] };
}

/**
 * The value that a method reads, of all images of a batch.
 * @param images [n, 3, H, W]
 * @param mapOf the graph's map of a number; of a reading [n, k, C·h, w], the same for each of the k classes
 */
export function activationsRead(
  source: ManyPasses,
  network: Read,
  images: Float32Array,
  mapOf: (map: number) => Float32Array,
): Activation {
  const { shape } = valueRead(source, network);
  if (source.reading === undefined) return { data: images, shape };
  const size = shape[0] * shape[1] * shape[2];
  const n = images.length / network.inputShape.reduce((a, b) => a * b);
  const all = mapOf(source.reading);
  const data = new Float32Array(n * size);
  for (let i = 0; i < n; i++) {
    const start = (i * all.length) / n;
    data.set(all.subarray(start, start + size), i * size);
  }
  return { data, shape };
}
