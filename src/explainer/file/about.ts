import { methodNamed } from '../../methods/registry.js';
import { methodTitle } from '../../methods/titles.js';
import type { ValueInfo } from '../../onnx/graph.js';
import type { About } from '../../onnx/write.js';
import { type ExplainedNetwork, NAMES } from './explained-network.js';

/** Key of the metadata that says what the file computes, as JSON. */
export const COMPILED_KEY = 'explanation-bench.compiled';

/** What a compiled file says beside what is in its graph. */
export interface Origin {
  /** Of this program. */
  readonly version: string;
  /** Name of the network's file, and sha256 of its bytes in hexadecimal. */
  readonly network: { readonly file: string; readonly sha256: string };
  /** The preprocessing in words; undefined where it is not known. */
  readonly preprocessing: string | undefined;
  /** The preprocessing is part of the graph. */
  readonly embedded: boolean;
  /** Maps were enlarged to the input's size. */
  readonly atInput: boolean;
  /** Further entries of the metadata. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** An input or output of a compiled file, in words. */
export interface DescribedValue {
  readonly name: string;
  readonly dtype: string;
  readonly shape: ValueInfo['shape'];
  readonly meaning: string;
  /** Of a map, the paper and equation. */
  readonly reference?: string;
}

/** Inputs, then outputs. */
export function describedValues(network: ExplainedNetwork, origin: Origin): readonly DescribedValue[] {
  const { inputs, outputs } = network.graph;
  return [...inputs, ...outputs].map(({ name, dtype, shape }) => ({
    ...{ name, dtype, shape },
    meaning: meaningOf(name, network, origin),
    ...referenceOf(name, network),
  }));
}

/** What goes into the file beside the graph. */
export function aboutOf(network: ExplainedNetwork, origin: Origin): About {
  const values = describedValues(network, origin);
  const { version, network: source, metadata } = origin;
  const compiled = {
    program: `explanation-bench ${version}`,
    network: source,
    score: network.score.text,
    classes: { top: network.top, given: network.given },
    preprocessing: { embedded: origin.embedded, what: origin.preprocessing ?? 'unknown' },
    inputs: inJson(values.slice(0, network.graph.inputs.length)),
    outputs: inJson(values.slice(network.graph.inputs.length)),
  };
  const texts = values.map(
    ({ name, meaning, reference }) =>
      [name, [meaning, ...(reference ? [reference] : [])].join('. ')] as const,
  );
  const lines = texts.map(([name, text]) => `${name}: ${text}`);
  return {
    version,
    doc: [`${source.file} with its explanations, compiled by explanation-bench ${version}.`, ...lines].join(
      '\n',
    ),
    values: new Map(texts),
    metadata: new Map([[COMPILED_KEY, JSON.stringify(compiled)], ...metadata]),
  };
}

const inJson = (values: readonly DescribedValue[]) =>
  Object.fromEntries(values.map(({ name, ...rest }) => [name, rest]));

function meaningOf(name: string, network: ExplainedNetwork, origin: Origin): string {
  const { top, given } = network;
  switch (name) {
    case NAMES.picture:
      return `pictures of one size, RGB, 0…255; what the network sees is made inside: ${origin.preprocessing}`;
    case NAMES.input: {
      const what = origin.preprocessing ?? 'its preprocessing is not known here';
      return `pictures as the network takes them (it calls them ${network.networkInput}): ${what}`;
    }
    case NAMES.given:
      return `ids of the classes to explain, 0…${network.classCount - 1}; negative ones count from the end, and runtimes that check a Gather refuse others`;
    case NAMES.scores:
      return `score of each class: ${network.score.text}`;
    case NAMES.classes: {
      const best = `the ${top} best of each picture, best first`;
      if (given === 0) return `ids of the classes explained: ${best}`;
      return `ids of the classes explained: ${top === 0 ? 'those given' : `${best}, then those given`}`;
    }
    default:
      return mapMeaning(name, network, origin);
  }
}

function mapMeaning(name: string, { outputs }: ExplainedNetwork, { atInput }: Origin): string {
  const { layer } = outputs.find((one) => one.method === name)!;
  const where = layer === 'input' ? 'at the input' : `at ${layer}`;
  const enlarged = atInput && layer !== 'input' ? ', enlarged to the input (bilinear)' : '';
  return `${methodTitle(name)}, ${where}${enlarged}: map j belongs to class j of \`classes\`; not normalised`;
}

function referenceOf(name: string, { outputs }: ExplainedNetwork) {
  return outputs.some(({ method }) => method === name) ? { reference: methodNamed(name).reference } : {};
}
