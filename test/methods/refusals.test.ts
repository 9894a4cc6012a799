import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { compile } from '../../src/explainer/compile.js';
import { prepare } from '../../src/graph/network.js';
import { parseModel } from '../../src/onnx/read.js';
import { fillSeeded } from '../golden/seeded.js';

const golden = new URL('../golden/', import.meta.url);

function network(name: string) {
  const bytes = fillSeeded(gunzipSync(readFileSync(new URL(`topologies/${name}.onnx.gz`, golden))));
  return prepare(parseModel(bytes, name), { height: 64, width: 64 });
}

/** Published networks whose layers read values that may be negative, or whose activations are no rectifiers. */
describe.each([
  ['mobilenet-v2', ['mwp', 'c-mwp'], ['guided-backprop', 'deconvnet', 'grad-cam']],
  ['shufflenet-v2', ['mwp', 'c-mwp'], ['guided-backprop', 'deconvnet', 'grad-cam']],
  [
    'mobilenet-v3',
    ['mwp', 'c-mwp', 'guided-backprop', 'deconvnet', 'guided-grad-cam'],
    ['grad-cam', 'backprop'],
  ],
  ['squeezenet1.1', ['cam'], ['mwp', 'c-mwp', 'guided-backprop', 'deconvnet']],
] as const)('%s', (name, refused, taken) => {
  const prepared = network(name);
  const compiled = (method: string) => compile(prepared, { requests: [{ method }], k: 2, classes: 'top' });

  it.each(refused)('%s is refused in one line that names an operator and a way out', (method) => {
    expect(() => compiled(method)).toThrow(ModelError);
    expect(() => compiled(method)).toThrow(/^[^\n]*`[^`\n]+`[^\n]*\b[Uu]se [^\n]+$/);
  });

  it.each(taken)('%s is not', (method) => {
    expect(compiled(method).outputs).toHaveLength(1);
  });
});
