import { describe, expect, it } from 'vitest';
import { kernels } from '../../../src/engines/tfjs/kernels/table.js';
import { prepareFor } from '../../../src/graph/network.js';
import type { Operator } from '../../../src/graph/operators/operator.js';
import { OPERATORS } from '../../../src/graph/operators/table.js';
import type { Graph } from '../../../src/onnx/graph.js';
import { gradientGraph } from '../../engines/golden-gradient.js';
import { loadGoldenCases } from '../../golden/load-case.js';
import { isDefined } from '../../reference/interpreter.js';

const opsOf = ({ nodes }: Graph) => nodes.map(({ op }) => op);

const cases = loadGoldenCases();
/** Operators that golden cases are written with. */
const written = new Set(cases.flatMap(({ graph }) => opsOf(graph)));
/** Operators that an engine meets: those left by lowering, and those that gradients are made of. */
const met = new Set(
  cases.flatMap((golden) => [
    ...opsOf(prepareFor(golden.graph, golden.x.shape.slice(1)).graph),
    ...opsOf(gradientGraph(golden)),
  ]),
);

/**
 * Whether a node of an operator may be left in a prepared network. None is where it is computed at compile time, from no
 * inputs or by folding alone, and where lowering writes it with others.
 */
function mayBeMet(op: string, { schema, infer, lower }: Operator): boolean {
  const left = infer !== undefined && lower === undefined && !schema.startsWith('0');
  return met.has(op) || left;
}

/** What an operator lacks, each with the place where it belongs. */
function lacks(op: string, operator: Operator | undefined): readonly string[] {
  const needed = operator === undefined || mayBeMet(op, operator);
  return [
    ...(needed && !Object.hasOwn(kernels, op) ? ['no tfjs kernel (src/engines/tfjs/kernels)'] : []),
    ...(needed && !isDefined(op) ? ['no reference definition (test/reference/operators)'] : []),
    ...(operator !== undefined && !written.has(op) ? ['no golden case (scripts/golden/forms.py)'] : []),
  ];
}

function report(operators: Iterable<readonly [string, Operator | undefined]>): string {
  return [...operators]
    .map(([op, operator]) => [op, lacks(op, operator)] as const)
    .filter(([, missing]) => missing.length > 0)
    .map(([op, missing]) => `${op}: ${missing.join(', ')}`)
    .join('\n');
}

describe('every operator of the table', () => {
  it('has a golden case, and what may be met in a prepared network a kernel and a reference definition', () => {
    expect(report(OPERATORS)).toBe('');
  });

  it('and so has every operator that gradients are made of', () => {
    expect(report([...met].map((op) => [op, OPERATORS.get(op)] as const))).toBe('');
  });

  it('is named with all that it lacks', () => {
    const kept: Operator = { schema: '1 1 1 0', infer: (_node, [x]) => [x!] };
    const replaced: Operator = { ...kept, lower: ({ alias }) => alias() };
    const all =
      'no tfjs kernel (src/engines/tfjs/kernels), no reference definition (test/reference/operators), no golden case (scripts/golden/forms.py)';
    expect(
      report([
        ['Foo', kept],
        ['Bar', replaced],
        ['Relu', OPERATORS.get('Relu')!],
      ]),
    ).toBe(`Foo: ${all}\nBar: no golden case (scripts/golden/forms.py)`);
  });
});
