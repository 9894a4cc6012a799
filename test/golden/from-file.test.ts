import { expect, it } from 'vitest';
import { compile } from '../../src/explainer/compile.js';
import { prepareFor } from '../../src/graph/network.js';
import type { Graph } from '../../src/onnx/graph.js';
import { parseModel } from '../../src/onnx/read.js';
import { writeModel } from '../../src/onnx/write.js';
import { loadGoldenCases } from './load-case.js';

// A tensor of a file is an object of another kind than one that a test makes: its numbers are read when asked for.
const cases = loadGoldenCases().filter(({ x }) => x.shape.length === 4);
it.each(cases.map((golden) => [golden.name, golden] as const))(
  '%s compiles to the same bytes when it comes from a file',
  (_, { graph, x, rule }) => {
    const method = { gradient: 'backprop', guided: 'guided-backprop', deconvnet: 'deconvnet' }[rule];
    const compiled = (given: Graph) => {
      const network = prepareFor(given, x.shape.slice(1));
      return Buffer.from(
        writeModel(compile(network, { requests: [{ method }], k: 2, classes: 'top' }).graph),
      );
    };
    const read = parseModel(Buffer.from(writeModel(graph)), 'case.onnx');
    const plain = [...read.constants].map(
      ([name, { dtype, shape, data }]) => [name, { dtype, shape, data }] as const,
    );
    expect(compiled(read).equals(compiled({ ...read, constants: new Map(plain) }))).toBe(true);
  },
);
