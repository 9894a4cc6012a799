import { ModelError } from '../base/errors.js';
import type { GraphBuilder } from './builder.js';
import { isLinear } from './linear-nodes.js';
import { type ReluRule, type RuleTable, refuse, refuseRule } from './operators/rule.js';
import { gradientRules, hasTrait } from './operators/table.js';
import { reachedFrom } from './probe.js';

/**
 * Walks from the scores down to the targets and appends the gradient of each: ∂(seeds · logits)/∂target.
 * Only nodes between a target and the scores are visited.
 * @param seeds [N·k, classes]: the gradient at the scores, one-hot for one class
 * @param targets values of the forward part, each [N, ...dims]
 * @param rules what each operator does; the gradient unless told otherwise
 * @param start the value that `seeds` belong to; the scores unless told otherwise
 * @returns for each target its gradient, [N·k, ...dims]
 * @throws ModelError at an operator without a rule, or when the start does not depend on a target
 */
export function gradients(
  b: GraphBuilder,
  relu: ReluRule,
  seeds: string,
  targets: readonly string[],
  rules: RuleTable = gradientRules,
  start: string = b.network.logits,
): ReadonlyMap<string, string> {
  const { nodes } = b.network.graph;
  // The targets and every value that depends on one of them.
  const below = reachedFrom(nodes, targets);
  const parts = new Map<string, string[]>([[start, [seeds]]]);
  const total = new Map<string, string>();
  const gradOf = (name: string): string | undefined => {
    const own = parts.get(name);
    if (own === undefined || total.has(name)) return total.get(name);
    const sum = own.length === 1 ? own[0]! : b.add('Sum', own);
    total.set(name, sum);
    return sum;
  };
  for (const node of [...nodes].reverse()) {
    // A node matters when a target lies below one of its inputs and the scores depend on one of its outputs.
    const needs = (input: number) => below.has(node.inputs[input] ?? '');
    if (!node.inputs.some((_, input) => needs(input))) continue;
    const grads = node.outputs.map(gradOf);
    const g = grads.find((grad) => grad !== undefined);
    if (g === undefined) continue;
    const rule = rules[node.op];
    if (rule === undefined) {
      refuse(node, 'here', 'explain a layer behind it, or add a rule (CONTRIBUTING.md, "An operator")');
    }
    const context = { b, node, relu, grads, g, needs, has: hasTrait };
    // A rule that knows why it refuses says so itself.
    const results = rule(context);
    const defined = hasTrait(node, 'rectifier') || hasTrait(node, 'passedOn') || isLinear(node, below);
    if (relu !== 'gradient' && rules === gradientRules && !defined)
      refuseRule(context, `${node.op} is neither linear nor a rectifier`);
    results.forEach((grad, input) => {
      const name = node.inputs[input]!;
      if (grad !== undefined) parts.set(name, [...(parts.get(name) ?? []), grad]);
    });
  }
  return new Map(
    targets.map((target) => {
      const grad = gradOf(target);
      if (grad === undefined) {
        throw new ModelError(
          `\`${start}\` does not depend on layer \`${target}\`: name a layer at or before \`${start}\``,
        );
      }
      return [target, grad];
    }),
  );
}
