import { readFileSync } from 'node:fs';
import type { Graph } from '../../../src/onnx/graph.js';
import { parseModel } from '../../../src/onnx/read.js';
import { fillSeeded } from '../seeded.js';

type Expect = 'ok' | 'said' | 'refused';
type Maps = readonly (readonly number[])[];

/** A network and what PyTorch makes of it in float64; scripts/golden/kinds/__main__.py says what the fields are. */
export interface Kind {
  readonly name: string;
  readonly why: string;
  readonly expect: Expect;
  readonly also?: readonly Expect[];
  readonly choose?: string;
  readonly candidates?: readonly string[];
  readonly logits?: readonly number[];
  readonly scores?: readonly string[];
  readonly probabilities?: readonly number[];
  readonly output?: readonly number[];
  readonly layer?: string;
  readonly sameValue?: readonly string[];
  readonly alsoLayer?: readonly string[];
  readonly classes?: readonly [number, number];
  readonly maps?: Maps;
  readonly ofProbability?: Maps;
  readonly ofLogProbability?: Maps;
  readonly gradientOfProbability?: readonly number[];
  readonly gradientOfLogProbability?: readonly number[];
  readonly batch?: { readonly logits: Maps; readonly maps: Maps };
  readonly guided?: {
    readonly expect: 'handled' | 'refused';
    readonly also?: readonly ('handled' | 'refused')[];
    readonly operator?: string;
    readonly guided?: readonly number[];
    readonly deconvnet?: readonly number[];
  };
  readonly cam?: {
    readonly expect: 'accepted' | 'refused';
    readonly also?: readonly ('accepted' | 'refused')[];
    readonly layer: string;
    readonly maps?: Maps;
  };
  /** The ONNX file, base64, its weights as a recipe. */
  readonly onnx: string;
}

export function loadKinds(kind: string): readonly Kind[] {
  const text = readFileSync(new URL(`${kind}.jsonl`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Kind);
}

export function graphOf({ name, onnx }: Kind): Graph {
  return parseModel(fillSeeded(Buffer.from(onnx, 'base64')), name);
}
