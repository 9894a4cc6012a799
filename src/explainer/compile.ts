import { ModelError, TooFewClasses } from '../base/errors.js';
import type { Size } from '../base/size.js';
import type { OutputName, ReadingOutput } from '../eval/experiment.js';
import { GraphBuilder } from '../graph/builder.js';
import { defaultLayer, layerNamed } from '../graph/layers.js';
import { replaceLrn } from '../graph/lrn.js';
import { prepare } from '../graph/network.js';
import type { ReluRule } from '../graph/operators/rule.js';
import type { Network, ScoreChoice } from '../graph/prepared-network.js';
import { spatialMean } from '../graph/spatial-mean.js';
import { gradients } from '../graph/walk.js';
import { activationOf, channelMean } from '../methods/maps.js';
import {
  type GradientNeed,
  isMultiPass,
  type Method,
  type MethodContext,
  type MethodMap,
} from '../methods/method.js';
import type { Reading } from '../methods/readings/reading.js';
import { readingNamed } from '../methods/readings/registry.js';
import { methodNamed } from '../methods/registry.js';
import type { Constant, Graph } from '../onnx/graph.js';
import { type ClassChoice, chosenClasses, GIVEN_CLASS_IDS, givenCount } from './chosen-classes.js';
import type { ExplanationRequest, ReadingRequest } from './explainer.js';

/**
 * Names of the compiled graph's inputs and outputs; maps are `map_0`, `map_1`, … in the order of the requests, readings
 * `reading_0`, ….
 */
export const LOGITS = 'bench_logits';
export const CLASS_IDS = 'bench_class_ids';
export { GIVEN_CLASS_IDS };

export interface CompileOptions extends ClassChoice {
  readonly requests: readonly ExplanationRequest[];
  /** None by default. */
  readonly readings?: readonly ReadingRequest[];
  /** Layer for every request and reading that names none (those that read at the input take no notice). */
  readonly layer?: string;
}

/** Puts a constant where it takes less memory, or leaves it. */
export type Keep = (constant: Constant) => Constant;

export interface Compiled {
  readonly graph: Graph;
  /** One per request. */
  readonly outputs: readonly OutputName[];
  /** One per reading. */
  readonly readings: readonly ReadingOutput[];
}

/**
 * Compiles a network and its explanations into one graph: [N,3,H,W] in; scores [N,C], class ids [N,k], one [N,k,h,w] per
 * request, and the readings out. The forward part exists once, each ReLU rule is walked once, down to the lowest layer
 * that any method under it reads.
 * @param keep what stands for a constant that the explanations need: the same numbers, elsewhere perhaps
 * @throws ModelError, ConfigError
 */
export function compile(network: Network, options: CompileOptions, keep?: Keep): Compiled {
  const { k, requests, readings = [], layer: common } = options;
  // Places for given classes may be more than there are classes: what is left over repeats one.
  const topPlaces = k - givenCount(options);
  if (!Number.isInteger(k) || k < 1 || topPlaces > network.classCount) {
    throw new TooFewClasses(topPlaces, network.classCount);
  }
  const b = new GraphBuilder(network, k, keep);
  const mapPlans = requests.map((request) => planOf(b, request, common));
  const readingPlans = readings.map((request) => readingPlan(b, request, common));
  replaceLrn(b);
  const classIds = chosenClasses(b, options);
  const seeds = oneHot(b, classIds);
  const walks = walkOnce(b, [...mapPlans, ...readingPlans], seeds);
  b.output(network.logits, { name: LOGITS, dtype: 'float32', shape: ['N', network.classCount] });
  b.output(classIds, { name: CLASS_IDS, dtype: 'int64', shape: ['N', k] });
  const contextOf = ({ layer, contrast }: Plan<Part>): MethodContext => {
    const gradient = (value: string, relu: ReluRule) => walks.get(relu)!.get(value)!;
    const meanGradient = () => meanOf(b, layer, (value) => gradient(value, 'gradient'));
    return { b, classIds, seeds, layer, contrast, gradient, meanGradient };
  };
  return {
    outputs: addMaps(b, mapPlans, contextOf),
    readings: addReadings(b, readingPlans, contextOf),
    graph: b.build(),
  };
}

/** What is built into a graph, behind the network. */
interface Part {
  readonly reads: 'input' | 'layer';
  readonly gradients: readonly GradientNeed[];
}

interface Plan<P extends Part> {
  readonly part: P;
  readonly layer: string;
  readonly contrast?: string | undefined;
}

type ContextOf = (plan: Plan<Part>) => MethodContext;

function addMaps(b: GraphBuilder, plans: readonly Plan<Method>[], contextOf: ContextOf): OutputName[] {
  const built = new Map<string, MethodMap>();
  return plans.map((plan, i): OutputName => {
    const { part: method, layer, contrast } = plan;
    // Asked for twice (under two box rules, say), a map is computed once.
    const key = JSON.stringify([method.name, layer, contrast]);
    const methodMap = built.get(key) ?? method.build(contextOf(plan));
    built.set(key, methodMap);
    const { map, height, width } = methodMap;
    b.output(map, { name: `map_${i}`, dtype: 'float32', shape: ['N', b.k, height, width] });
    const read = shownLayer(plan);
    const where = contrast === undefined ? read : `${read}, contrast at ${contrast}`;
    return { method: method.name, layer: where, height, width };
  });
}

function addReadings(
  b: GraphBuilder,
  plans: readonly Plan<Reading>[],
  contextOf: ContextOf,
): ReadingOutput[] {
  return plans.map((plan, i): ReadingOutput => {
    const { value, shape, perClass } = plan.part.build(contextOf(plan));
    const dims = perClass ? ['N', b.k, ...shape] : ['N', ...shape];
    b.output(value, { name: `reading_${i}`, dtype: 'float32', shape: dims });
    return { reading: plan.part.name, layer: shownLayer(plan), shape, perClass };
  });
}

const shownLayer = ({ part, layer }: Plan<Part>) => (part.reads === 'input' ? 'input' : layer);

function planOf(b: GraphBuilder, request: ExplanationRequest, common: string | undefined): Plan<Method> {
  const method = methodNamed(request.method);
  if (isMultiPass(method)) {
    throw new ModelError(`${method.name} runs the network many times: it is no graph that can be compiled`);
  }
  const { contrast } = request;
  if (contrast !== undefined && !method.hasContrast) {
    throw new ModelError(`${method.name} takes no contrast: remove \`contrast: ${contrast}\` from it`);
  }
  if (method.reads === 'input') refuseLayer(request);
  const own = request.layer ?? (method.defaultLayer === undefined ? common : undefined);
  return { part: method, layer: layerOf(b, method, own), contrast };
}

function readingPlan(b: GraphBuilder, request: ReadingRequest, common: string | undefined): Plan<Reading> {
  const reading = readingNamed(request.reading);
  const own = request.layer ?? (reading.defaultLayer === undefined ? common : undefined);
  return { part: reading, layer: layerOf(b, reading, own) };
}

/** @param named undefined: the default layer */
function layerOf(
  b: GraphBuilder,
  { reads, defaultLayer: ownDefault }: Part & Pick<Method, 'defaultLayer'>,
  named: string | undefined,
): string {
  if (reads === 'input') return b.network.input;
  if (named !== undefined) return layerNamed(b.network, named);
  return ownDefault === undefined ? defaultLayer(b.network) : ownDefault(b);
}

/** @throws ModelError when a method that is read at the input is given a layer */
export function refuseLayer({ method, layer }: ExplanationRequest): void {
  if (layer === undefined) return;
  throw new ModelError(`${method} is read at the network's input: remove \`layer: ${layer}\` from it`);
}

/** [N·k, classes]: a row per image and class, 1 at the class. Dropped again from the graph when no method reads it. */
function oneHot(b: GraphBuilder, classIds: string): string {
  const depth = b.ints([b.network.classCount]);
  const onOff = b.constant('float32', [2], Float32Array.of(0, 1));
  const seeds = b.reshape(b.add('OneHot', [classIds, depth, onOff]), [-1, b.network.classCount]);
  b.markOneHot(seeds, b.reshape(classIds, [-1], 'int64'));
  return seeds;
}

/** One walk per ReLU rule, to all the values that are read under it. */
function walkOnce(
  b: GraphBuilder,
  plans: readonly Plan<Part>[],
  seeds: string,
): ReadonlyMap<ReluRule, ReadonlyMap<string, string>> {
  const targets = new Map<ReluRule, Set<string>>();
  for (const { part, layer } of plans) {
    for (const { relu, at } of part.gradients) {
      const values = at === 'mean' ? meanNeeds(b, layer) : [at === 'input' ? b.network.input : layer];
      targets.set(relu, new Set([...(targets.get(relu) ?? []), ...values]));
    }
  }
  return new Map([...targets].map(([relu, values]) => [relu, gradients(b, relu, seeds, [...values])]));
}

/** The values whose gradients give the mean of the layer's. */
function meanNeeds(b: GraphBuilder, layer: string): readonly string[] {
  return spatialMean(b, layer)?.needs ?? [layer];
}

/** Mean over the positions of ∂score/∂layer, [N, k, C], made once per layer. */
function meanOf(b: GraphBuilder, layer: string, gradient: (value: string) => string): string {
  return b.once(`mean gradient ${layer}`, () => {
    const shortcut = spatialMean(b, layer);
    if (shortcut === undefined) return channelMean(b, gradient(layer), layer);
    return b.reshape(shortcut.build(gradient), [-1, b.k, activationOf(b, layer).channels]);
  });
}

/** Prepares a model, naming its file in what goes wrong. */
export function prepareNamed(path: string, graph: Graph, input?: Size, choice?: ScoreChoice): Network {
  return naming(path, () => prepare(graph, input, choice));
}

/** Puts the model's path before what a ModelError says. */
export function naming<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}
