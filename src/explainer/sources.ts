import { ModelError } from '../base/errors.js';
import type { OutputName } from '../eval/experiment.js';
import { type Activation, type ImageShape, isMultiPass, type MultiPassMethod } from '../methods/method.js';
import { activations } from '../methods/readings/activations.js';
import { methodNamed } from '../methods/registry.js';
import { refuseLayer } from './compile.js';
import type { ExplanationRequest, ReadingRequest } from './explainer.js';
import type { Prepared } from './prepared.js';

/** Maps of a method that runs many passes, and the graph's reading number `reading` that holds the layer it reads. */
interface ManyPasses {
  readonly method: MultiPassMethod;
  /** Absent when it reads the image itself. */
  readonly reading: number | undefined;
}

/** What answers a request: the graph's map number `map`, or many passes. */
export type Source = { readonly map: number } | ManyPasses;

/** What one graph is to give. */
interface OneGraph {
  readonly requests: readonly ExplanationRequest[];
  /** Those that were asked for, then those that methods of many passes need. */
  readonly readings: readonly ReadingRequest[];
}

/**
 * What one graph answers, and for each request where its map comes from: the same place for the same request, so that no
 * method runs its passes twice.
 */
export function divide(
  requests: readonly ExplanationRequest[],
  wanted: readonly ReadingRequest[] = [],
): { readonly once: OneGraph; readonly sources: readonly Source[] } {
  const once: ExplanationRequest[] = [];
  const readings = [...wanted];
  const byRequest = new Map<string, Source>();
  const sources = requests.map((request): Source => {
    const method = methodNamed(request.method);
    if (!isMultiPass(method)) return { map: once.push(request) - 1 };
    if (request.contrast !== undefined) throw new ModelError(`${method.name} takes no contrast: remove it`);
    const key = JSON.stringify([method.name, request.layer]);
    const source = byRequest.get(key) ?? { method, reading: readingOf(method, request, readings) };
    byRequest.set(key, source);
    return source;
  });
  return { once: { requests: once, readings }, sources };
}

function readingOf(
  { reads }: MultiPassMethod,
  request: ExplanationRequest,
  readings: ReadingRequest[],
): number | undefined {
  const { layer } = request;
  if (reads === 'layer') {
    return readings.push({ reading: activations.name, ...(layer === undefined ? {} : { layer }) }) - 1;
  }
  refuseLayer(request);
  return undefined;
}

/** What must be known of a network to read its layers. */
type Read = Pick<Prepared, 'readings' | 'inputShape'>;

/** The value that a method of many passes reads: its name, and its shape for one image. */
function valueRead({ reading }: ManyPasses, { readings, inputShape }: Read) {
  if (reading === undefined) return { layer: 'input', shape: inputShape };
  const { layer, shape } = readings[reading]!;
  return { layer, shape: shape as ImageShape };
}

export function outputOf(source: ManyPasses, network: Read): OutputName {
  const { layer, shape } = valueRead(source, network);
  return { method: source.method.name, layer, height: shape[1], width: shape[2] };
}

/**
 * The value that a method reads, of all images of a batch.
 * @param images [n, 3, H, W]
 * @param readings the graph's
 */
export function activationsRead(
  source: ManyPasses,
  network: Read,
  images: Float32Array,
  readings: readonly Float32Array[],
): Activation {
  const { shape } = valueRead(source, network);
  return { data: source.reading === undefined ? images : readings[source.reading]!, shape };
}
