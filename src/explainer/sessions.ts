import type { EngineSession, EngineTensor } from '../engines/engine.js';
import { inParts } from '../engines/in-parts.js';
import { engineNamed } from '../engines/registry.js';
import type { Graph } from '../onnx/graph.js';
import { GIVEN_CLASS_IDS } from './chosen-classes.js';
import { LOGITS } from './compile.js';
import type { ExplainerOptions } from './options.js';
import type { Prepared, ProbeKind } from './prepared.js';
import type { Probe } from './run-passes.js';

/** A model that was exported for one image is given one after the other. */
const ONE_BY_ONE = { next: () => 1, took: () => {} };

/** Sessions of one explainer: loaded with its options, closed together. */
export class Sessions {
  readonly #open: EngineSession[] = [];

  constructor(readonly options: ExplainerOptions) {}

  /** @param anyBatch whether the graph takes several images at a time */
  async load(graph: Graph, anyBatch: boolean): Promise<EngineSession> {
    const { engine, threads, provider, randomize } = this.options;
    const session = await engineNamed(engine ?? 'auto').load(graph, {
      // Such networks come in numbers.
      sparing: randomize !== undefined,
      ...(threads === undefined ? {} : { threads }),
      ...(provider === undefined ? {} : { provider }),
    });
    this.#open.push(session);
    return anyBatch ? session : inParts(session, ONE_BY_ONE);
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((session) => session.close()));
  }
}

export type Probes = Readonly<Partial<Record<ProbeKind, Probe>>>;

/** One more graph for each kind of pass that is asked for. */
export async function loadProbes(network: Prepared, k: number, sessions: Sessions): Promise<Probes> {
  const { main: _main, ...graphs } = network.graphs;
  const probes: Partial<Record<ProbeKind, Probe>> = {};
  for (const [kind, graph] of Object.entries(graphs) as [ProbeKind, Graph][]) {
    const session = await sessions.load(graph, network.anyBatch);
    probes[kind] = async (images, n, classIds) => {
      const results = await session.run(feeds(network, images, n, k, classIds));
      return {
        scores: results[LOGITS]!.data as Float32Array,
        gradients: (results.reading_0?.data as Float32Array | undefined) ?? new Float32Array(0),
      };
    };
  }
  return probes;
}

/** The inputs of a compiled graph. @param given [n, k] ids of classes, for a graph that takes some */
export function feeds(
  network: Pick<Prepared, 'input' | 'inputShape'>,
  images: Float32Array,
  n: number,
  k: number,
  given: Int32Array | undefined,
): Record<string, EngineTensor> {
  const image: EngineTensor = { dtype: 'float32', shape: [n, ...network.inputShape], data: images };
  if (given === undefined) return { [network.input]: image };
  const ids: EngineTensor = { dtype: 'int64', shape: [n, k], data: BigInt64Array.from(given, BigInt) };
  return { [network.input]: image, [GIVEN_CLASS_IDS]: ids };
}
