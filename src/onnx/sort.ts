import { ModelError } from '../base/errors.js';
import { describe, type Node, type ValueInfo } from './graph.js';

/**
 * Orders nodes so that every value is made before it is used; keeps the given order where it already holds.
 * @param known names of inputs and constants
 * @throws ModelError on a value that nothing makes, that two nodes make, or a cycle
 */
export function sortNodes(
  nodes: readonly Node[],
  known: readonly string[],
  outputs: readonly ValueInfo[],
): readonly Node[] {
  const makers = makersOf(nodes, known);
  const sources = new Set(known);
  for (const { name } of outputs) {
    if (!makers.has(name) && !sources.has(name))
      throw new ModelError(`output \`${name}\` is made by no node`);
  }
  const sorted: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  for (const root of nodes) {
    // Iterative depth-first walk: graphs of a few thousand nodes in a chain would overflow the call stack.
    const stack: { node: Node; next: number }[] = state.has(root) ? [] : [{ node: root, next: 0 }];
    if (stack.length > 0) state.set(root, 'open');
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        state.set(top.node, 'done');
        sorted.push(top.node);
        stack.pop();
        continue;
      }
      if (input === '' || sources.has(input)) continue;
      const maker = makers.get(input);
      if (maker === undefined)
        throw new ModelError(`${describe(top.node)} reads \`${input}\`, which nothing makes`);
      if (state.get(maker) === 'open') throw new ModelError(`${describe(top.node)} is part of a cycle`);
      if (!state.has(maker)) {
        state.set(maker, 'open');
        stack.push({ node: maker, next: 0 });
      }
    }
  }
  return sorted;
}

function makersOf(nodes: readonly Node[], known: readonly string[]): Map<string, Node> {
  const makers = new Map<string, Node>();
  const sources = new Set(known);
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (makers.has(output) || sources.has(output)) {
        throw new ModelError(`${describe(node)} makes \`${output}\`, which exists already`);
      }
      makers.set(output, node);
    }
  }
  return makers;
}
