import { ConfigError } from '../base/errors.js';
import { BOX_RULES, DEFAULT_RULE, RULE_NAMES, type RuleName } from './box-rule.js';
import { type Branch, isBranch, type Tree } from './tree.js';

/*
 * A document states a box rule for the run, and over it rules of methods. Here each method's rule becomes complete, and a
 * key that no rule of the run has is refused.
 */

const keysOf = (rule: RuleName): readonly string[] => Object.keys(BOX_RULES[rule]);
const ALL_KEYS = [...new Set(RULE_NAMES.flatMap(keysOf))];

function pick(section: Branch, wanted: (key: string) => boolean): Branch {
  return Object.fromEntries(Object.entries(section).filter(([key]) => wanted(key)));
}

/** A searched α has a number of images as well. The frame is the run's, and `grabcut` has a grid of its own. */
function hasKey(rule: RuleName, key: string): boolean {
  if (key === 'alpha_images') return rule === 'mean';
  if (key === 'frame') return rule !== 'grabcut';
  return keysOf(rule).includes(key);
}

function refuse(place: string, key: string, rule: RuleName): never {
  const owners = RULE_NAMES.filter((name) => hasKey(name, key));
  const named =
    owners.length === 1
      ? `rule ${owners[0]}`
      : `the rules ${owners.slice(0, -1).join(', ')} and ${owners.at(-1)}`;
  throw new ConfigError(`${place}.${key} belongs to ${named}; the rule is ${rule}`);
}

/**
 * @param written the `localization` section of the document, its values checked
 * @param networks the networks of the document, their methods checked
 * @throws ConfigError for a key of another rule than the one that it stands beside
 */
export function settleBoxes(
  written: Tree,
  networks: readonly Branch[],
): { readonly localization: Branch; readonly networks: readonly Branch[] } {
  const localization = isBranch(written) ? written : {};
  const runs = (localization.rule ?? DEFAULT_RULE) as RuleName;
  const inUse = new Set([runs]);
  const passedOn = new Set<string>();
  const settle = (network: Branch, method: Branch): Branch => {
    if (!isBranch(method.box)) return method;
    const { box } = method;
    const rule = (box.rule ?? runs) as RuleName;
    inUse.add(rule);
    const foreign = Object.keys(box).find((key) => key !== 'rule' && !hasKey(rule, key));
    if (foreign !== undefined) refuse(`network \`${network.name}\`: ${method.name}: box`, foreign, rule);
    const under = pick(localization, (key) => keysOf(rule).includes(key) && box[key] === undefined);
    for (const key of Object.keys(under)) passedOn.add(key);
    return { ...method, box: { ...under, ...box, rule } };
  };
  const settled = networks.map((network) => ({
    ...network,
    methods: (network.methods as Branch[]).map((method) => settle(network, method)),
  }));
  const others = Object.keys(localization).filter((key) => ALL_KEYS.includes(key) && !hasKey(runs, key));
  if (localization.frame !== undefined && ![...inUse].some((rule) => hasKey(rule, 'frame'))) {
    refuse('localization', 'frame', runs);
  }
  const unread = others.find((key) => !passedOn.has(key));
  if (unread !== undefined) refuse('localization', unread, runs);
  return { localization: pick(localization, (key) => !others.includes(key)), networks: settled };
}
