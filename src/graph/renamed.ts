import type { Graph } from '../onnx/graph.js';
import { namesIn } from './extension.js';

/**
 * All the names that change with some. A value that happens to have one of the new names already makes room: it gets a
 * name that nothing has.
 * @param names new name by old name; the new ones are all different
 */
export function withRoom(graph: Graph, names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const taken = new Set([...namesIn(graph), ...names.values()]);
  const all = new Map(names);
  for (const name of names.values()) {
    if (names.has(name)) continue;
    let free = `network/${name}`;
    while (taken.has(free)) free += '_';
    taken.add(free);
    all.set(name, free);
  }
  return all;
}

/**
 * The same graph under other names; what has one of the new names already makes room.
 * @param names new name by old name; the new ones are all different
 */
export function renamed(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const all = withRoom(graph, names);
  const of = (name: string) => all.get(name) ?? name;
  return {
    ...graph,
    inputs: graph.inputs.map((info) => ({ ...info, name: of(info.name) })),
    outputs: graph.outputs.map((info) => ({ ...info, name: of(info.name) })),
    nodes: graph.nodes.map((node) => ({
      ...node,
      name: of(node.name),
      inputs: node.inputs.map(of),
      outputs: node.outputs.map(of),
    })),
    constants: new Map([...graph.constants].map(([name, constant]) => [of(name), constant])),
    ...(graph.values === undefined
      ? {}
      : { values: graph.values.map((info) => ({ ...info, name: of(info.name) })) }),
  };
}
