import { EngineError, ModelError } from '../base/errors.js';
import type { Size } from '../base/size.js';
import type { EngineSession } from '../engines/engine.js';
import { chooseEngine, engineNamed } from '../engines/registry.js';
import { segmenter } from '../methods/readings/segmenter.js';
import { anySizeExplainer, capacityFor } from './any-size-explainer.js';
import { givenCount } from './chosen-classes.js';
import { CLASS_IDS, LOGITS, naming } from './compile.js';
import type { Explainer } from './explainer.js';
import { Further } from './further.js';
import { makeReady, type Ready } from './make-ready.js';
import type { ExplainerOptions } from './options.js';
import { answering, type ExplainedBatch, type Question } from './question.js';
import { runPasses } from './run-passes.js';
import { feeds, loadProbes, type Probes, Sessions } from './sessions.js';
import { activationsRead, divide, outputOf, type Source } from './sources.js';

/**
 * Reads a model, compiles it with its explanations and loads the result into an engine. Methods of many passes come
 * after it, for the classes that it chose, on a graph that gives no more than they need.
 * @throws ModelError, ConfigError, EngineError
 */
export async function createExplainer(options: ExplainerOptions): Promise<Explainer> {
  const { anySize, ...given } = options;
  const planes = options.readings?.some(({ reading }) => reading === segmenter.name);
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

/** A compiled network in an engine. */
interface Loaded {
  readonly session: EngineSession;
  readonly probes: Probes;
}

async function explainerOfOneSize(options: ExplainerOptions): Promise<Explainer> {
  const { requests, readings = [], k } = options;
  const { sources, once } = naming(options.model, () => divide(requests, readings));
  const kinds = new Set(sources.flatMap((source) => ('method' in source ? [source.method.probe] : [])));
  const engine = await chooseEngine(options.engine ?? 'auto', options.provider);
  const { mapsFiles = false } = engineNamed(engine.name);
  const sessions = new Sessions(options);
  const further = new Further(options, createExplainer);
  try {
    const ready = await makeReady({ ...options, ...once }, kinds, mapsFiles, async (network) => {
      await sessions.close();
      const session = await sessions.load(network.graphs.main, network.anyBatch);
      return { session, probes: await loadProbes(network, k, sessions) };
    });
    const network = ready.prepared;
    return {
      device: ready.loaded.session.device,
      classCount: network.classCount,
      score: network.score,
      notes: network.notes,
      k,
      inputShape: network.inputShape as Explainer['inputShape'],
      outputs: sources.map((source) =>
        'map' in source ? network.outputs[source.map]! : outputOf(source, network),
      ),
      readings: network.readings.slice(0, readings.length),
      ask: answering({
        pass: (question) => onePass(question, ready, sources, options),
        scores: (question) => further.scores(question),
        maps: (question) => further.maps(question),
        gradient: (question) => further.gradient(question),
      }),
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

async function onePass(
  { images, n, classIds }: Question<'pass'>,
  { prepared: network, loaded: { session, probes }, watch }: Ready<Loaded>,
  sources: readonly Source[],
  options: ExplainerOptions,
): Promise<ExplainedBatch> {
  const width = givenCount(options);
  const givenIds = width > 0 ? (classIds ?? new Int32Array(n * width)) : undefined;
  const results = await session.run(feeds(network, images, n, width, givenIds));
  watch.check();
  const floats = (name: string) => results[name]!.data as Float32Array;
  const logits = floats(LOGITS);
  if (options.randomize === undefined) refuseNaN(logits, options.model);
  const ids = Int32Array.from(results[CLASS_IDS]!.data as BigInt64Array, Number);
  const readings = network.readings.map((_, i) => floats(`reading_${i}`));
  const passes = new Map<Source, Float32Array>();
  for (const source of sources) {
    if ('map' in source || passes.has(source)) continue;
    const { method } = source;
    const read = activationsRead(source, network, images, readings);
    const { inputShape, score } = network;
    const probe = probes[method.probe]!;
    passes.set(source, await runPasses(method, probe, images, inputShape, ids, read, score.probability));
  }
  return {
    logits,
    classIds: ids,
    maps: sources.map((source) => ('map' in source ? floats(`map_${source.map}`) : passes.get(source)!)),
    sizes: sources.map((source) => {
      const { height, width } = 'map' in source ? network.outputs[source.map]! : outputOf(source, network);
      return { height, width };
    }),
    readings: readings.slice(0, options.readings?.length ?? 0),
  };
}

/** What is no number has no best class, and no map: it would count as a wrong guess. @throws EngineError */
function refuseNaN(logits: Float32Array, model: string): void {
  if (!logits.some(Number.isNaN)) return;
  throw new EngineError(
    `${model}: its scores of an image are NaN: infinite weights, or an input that it was not made for; see input.scale, mean and std`,
  );
}
