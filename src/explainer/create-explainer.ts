import { EngineError, ModelError } from '../base/errors.js';
import type { Randomization } from '../base/randomization.js';
import type { Size } from '../base/size.js';
import type { EngineSession, EngineTensor } from '../engines/engine.js';
import { inParts } from '../engines/in-parts.js';
import { chooseEngine, engineNamed } from '../engines/registry.js';
import type { MultiPassMethod } from '../methods/method.js';
import { segmenter } from '../methods/segmenter.js';
import { signedGradient } from '../methods/signed-gradient.js';
import type { Graph } from '../onnx/graph.js';
import { anySizeExplainer, capacityFor } from './any-size-explainer.js';
import { GIVEN_CLASS_IDS, givenCount } from './chosen-classes.js';
import { CLASS_IDS, LOGITS, naming } from './compile.js';
import type { ExplainedBatch, Explainer } from './explainer.js';
import { makeReady } from './make-ready.js';
import type { ExplainerOptions } from './options.js';
import type { Prepared, ProbeKind } from './prepared.js';
import { type Probe, runPasses } from './run-passes.js';
import { activationsRead, divide, outputOf, type Source } from './sources.js';

/**
 * Reads a model, compiles it with its explanations and loads the result into an engine. Methods of many passes come
 * after it, for the classes that it chose, on a graph that gives no more than they need.
 * @throws ModelError, ConfigError, EngineError
 */
export async function createExplainer(options: ExplainerOptions): Promise<Explainer> {
  const { anySize, ...given } = options;
  const planes = options.requests.some(({ method }) => method === segmenter.name);
  const rest = planes ? { ...given, choice: { ...given.choice, planes } } : given;
  return anySize ? explainerOfAnySize(rest) : explainerOfOneSize(rest);
}

async function explainerOfAnySize(options: ExplainerOptions): Promise<Explainer> {
  // Dozens of sizes would push everything else out of the cache.
  const { input, cache: _cache, ...rest } = options;
  if (input === undefined) {
    throw new ModelError(`${options.model}: input.size must say what size the network was made for`);
  }
  const make = (size: Size) => explainerOfOneSize({ ...rest, input: size, madeFor: input });
  return anySizeExplainer(make, input, await capacityFor(options.model));
}

async function explainerOfOneSize(options: ExplainerOptions): Promise<Explainer> {
  const { sources, once } = naming(options.model, () => divide(options.requests));
  const kinds = new Set(sources.flatMap((source) => ('method' in source ? [source.method.probe] : [])));
  const chosen = await chooseEngine(options.engine ?? 'auto', options.provider);
  const { mapsFiles = false } = engineNamed(chosen.name);
  const sessions = new Sessions(options);
  const further = new Further(options);
  try {
    const ready = await makeReady({ ...options, requests: once }, kinds, mapsFiles, async (network) => {
      await sessions.close();
      const session = await sessions.load(network.graphs.main, network.anyBatch);
      return { session, probes: await loadProbes(network, options.k, sessions) };
    });
    const { prepared: network, watch } = ready;
    const { session, probes } = ready.loaded;
    const shape = network.inputShape as Explainer['inputShape'];
    const outputs = sources.map((source) =>
      'map' in source ? network.outputs[source.map]! : outputOf(source, network),
    );
    return {
      device: session.device,
      classCount: network.classCount,
      scored: network.score,
      notes: network.notes,
      k: options.k,
      inputShape: shape,
      outputs,
      run: async (images, n, classIds) => {
        const width = givenCount(options);
        const given = width > 0 ? (classIds ?? new Int32Array(n * width)) : undefined;
        const results = await session.run(feeds(network, images, n, width, given));
        watch.check();
        const logits = results[LOGITS]!.data as Float32Array;
        if (options.randomize === undefined) refuseNaN(logits, options.model);
        const ids = Int32Array.from(results[CLASS_IDS]!.data as BigInt64Array, Number);
        const inGraph = (map: number) => results[`map_${map}`]!.data as Float32Array;
        const passes = new Map<Source, Float32Array>();
        for (const source of sources) {
          if ('map' in source || passes.has(source)) continue;
          const { method } = source;
          const read = activationsRead(source, network, images, inGraph);
          passes.set(
            source,
            await runPasses(
              method,
              probes[method.probe]!,
              images,
              shape,
              ids,
              read,
              network.score.probability,
            ),
          );
        }
        return {
          logits,
          classIds: ids,
          maps: sources.map((source) => ('map' in source ? inGraph(source.map) : passes.get(source)!)),
          sizes: outputs.map(({ height, width }) => ({ height, width })),
        } satisfies ExplainedBatch;
      },
      score: async (images, n) => (await (await further.scores()).run(images, n)).logits,
      explain: async (images, n, classIds, variant) =>
        (await further.maps(classIds.length / n, variant)).run(images, n, classIds),
      gradient: async (images, n, classIds) =>
        (await further.gradients(classIds.length / n)).run(images, n, classIds),
      close: async () => {
        await further.close();
        await sessions.close();
      },
    };
  } catch (error) {
    await sessions.close();
    throw error;
  }
}

/** What is no number has no best class, and no map: it would count as a wrong guess. @throws EngineError */
function refuseNaN(logits: Float32Array, model: string): void {
  if (!logits.some(Number.isNaN)) return;
  throw new EngineError(
    `${model}: its scores of an image are NaN: infinite weights, or an input that it was not made for; see input.scale, mean and std`,
  );
}

/** A model that was exported for one image is given one after the other. */
const ONE_BY_ONE = { next: () => 1, took: () => {} };

/** Sessions of one explainer: loaded with its options, closed together. */
class Sessions {
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

/**
 * Explainers of the same model for images that a caller changed, each made when it is first asked for. Most runs never
 * ask for one, so the model is read again rather than kept.
 */
class Further {
  readonly #options: ExplainerOptions;
  readonly #made = new Map<string, Promise<Explainer>>();

  readonly #variants: readonly Randomization[];

  constructor({ top: _top, groups: _groups, randomized = [], ...rest }: ExplainerOptions) {
    this.#options = rest;
    this.#variants = randomized;
  }

  scores(): Promise<Explainer> {
    return this.#of('scores', { requests: [], k: 1, classes: 'top' });
  }

  /** The maps of the run for k given classes, of the model or of one with other weights. */
  maps(k: number, variant?: number): Promise<Explainer> {
    const randomize = variant === undefined ? undefined : this.#variants[variant];
    if (variant !== undefined && randomize === undefined) {
      throw new RangeError(`no randomized network ${variant}: there are ${this.#variants.length}`);
    }
    const given = { k, classes: 'given' } as const;
    return this.#of(`maps ${k} ${variant}`, randomize === undefined ? given : { ...given, randomize });
  }

  /** Signed gradients at the input for k given classes. */
  gradients(k: number): Promise<Explainer> {
    return this.#of(`gradients ${k}`, { requests: [{ method: signedGradient.name }], k, classes: 'given' });
  }

  #of(key: string, change: Partial<ExplainerOptions>): Promise<Explainer> {
    const found = this.#made.get(key);
    if (found !== undefined) return found;
    const made = createExplainer({ ...this.#options, ...change });
    this.#made.set(key, made);
    return made;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#made.values()].map(async (made) => (await made).close()));
  }
}

/** One more graph for each kind of pass that is asked for. */
async function loadProbes(
  network: Prepared,
  k: number,
  sessions: Sessions,
): Promise<Readonly<Partial<Record<MultiPassMethod['probe'], Probe>>>> {
  const { main: _main, ...graphs } = network.graphs;
  const probes: Partial<Record<MultiPassMethod['probe'], Probe>> = {};
  for (const [kind, graph] of Object.entries(graphs) as [ProbeKind, Graph][]) {
    const session = await sessions.load(graph, network.anyBatch);
    probes[kind] = async (images, n, classIds) => {
      const results = await session.run(feeds(network, images, n, k, classIds));
      return {
        scores: results[LOGITS]!.data as Float32Array,
        gradients: (results.map_0?.data as Float32Array | undefined) ?? new Float32Array(0),
      };
    };
  }
  return probes;
}

function feeds(
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
