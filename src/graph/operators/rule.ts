import { ModelError } from '../../base/errors.js';
import { describe, type Node } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import type { Trait } from './traits.js';

/** How a ReLU passes a gradient on: where x > 0; where x > 0 and g > 0; where g > 0. */
export type ReluRule = 'gradient' | 'guided' | 'deconvnet';

/** One node met on the walk from the scores down. */
export interface RuleContext {
  readonly b: GraphBuilder;
  readonly node: Node;
  readonly relu: ReluRule;
  /** Gradient of the node's outputs, [N·k, ...dims]; undefined for outputs that the score does not depend on. */
  readonly grads: readonly (string | undefined)[];
  /** Gradient of the first output, for nodes that have one. */
  readonly g: string;
  /** Whether the walk goes on through this input. */
  readonly needs: (input: number) => boolean;
  /** Whether another node's operator has a trait. A rule cannot ask the table, since it is part of it. */
  readonly has: (node: Node, trait: Trait) => boolean;
}

/** Appends what computes the gradient of each input from the gradient of the outputs; undefined where not needed. */
export type BackwardRule = (context: RuleContext) => readonly (string | undefined)[];

export type RuleTable = Readonly<Record<string, BackwardRule>>;

/** Stops the compilation with one line: operator, node name, why, what to do. */
export function refuse(node: Node, why: string, what: string): never {
  throw new ModelError(`${describe(node)} has no backward rule ${why}: ${what}`);
}

/**
 * Guided backprop and deconvnet are defined for rectifiers alone. Passing the plain gradient through anything else
 * in their name is the classic silent bug, so it is an error.
 */
export function refuseRule({ node, relu: rule }: RuleContext, why: string): never {
  const names: Record<ReluRule, string> = {
    gradient: 'backprop',
    guided: 'guided-backprop',
    deconvnet: 'deconvnet',
  };
  refuse(node, `for ${names[rule]} (${why})`, 'use backprop or grad-cam on this network');
}
