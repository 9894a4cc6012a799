import type { Fields } from './fields.js';

/** The state in which a network is converted: Caffe's NetState, always of phase TEST. */
export interface NetState {
  readonly level: number;
  readonly stages: readonly string[];
}

export function stateOf(net: Fields): NetState {
  const state = net.sub('state');
  return { level: state.number('level', 0), stages: state.strings('stage') };
}

/**
 * Whether Caffe builds the layer for testing. With `include` rules one of them must hold, with `exclude` rules none
 * may; a layer with neither is always in.
 */
export function isIncluded(layer: Fields, state: NetState): boolean {
  const include = layer.subs('include');
  if (include.length > 0) return include.some((rule) => holds(rule, state));
  return !layer.subs('exclude').some((rule) => holds(rule, state));
}

function holds(rule: Fields, state: NetState): boolean {
  return (
    (!rule.has('phase') || rule.choice('phase', ['TRAIN', 'TEST'], 'TEST') === 'TEST') &&
    rule.number('min_level', -Infinity) <= state.level &&
    rule.number('max_level', Infinity) >= state.level &&
    rule.strings('stage').every((stage) => state.stages.includes(stage)) &&
    !rule.strings('not_stage').some((stage) => state.stages.includes(stage))
  );
}
