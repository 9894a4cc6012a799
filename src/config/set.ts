import { ConfigError } from '../base/errors.js';
import { plainText } from '../base/quote.js';
import { isBranch, type Tree } from './tree.js';
import { parseYaml, YamlFault } from './yaml.js';

function put(tree: Tree, path: readonly string[], value: Tree, assignment: string): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(tree)) {
    const index = Number(key);
    if (!/^\d+$/.test(key) || index > tree.length) {
      throw new ConfigError(
        `--set ${assignment}: \`${key}\` is no index of a list of ${tree.length}; use 0 to ${tree.length}`,
      );
    }
    const copy = [...tree];
    copy[index] = put(tree[index], rest, value, assignment);
    return copy;
  }
  // An experiment or a method is written as a name alone, or as a section that holds one.
  const branch = isBranch(tree) ? tree : typeof tree === 'string' ? { name: tree } : {};
  return { ...branch, [key]: put(branch[key], rest, value, assignment) };
}

/**
 * Applies `a.b=c` to a document: the value is read as YAML, a number in the path is an index of a list
 * (one past the end appends). Returns a changed copy.
 * @throws ConfigError when it is not of that form
 */
export function applySet(tree: Tree, assignment: string): Tree {
  const equals = assignment.indexOf('=');
  const path = assignment.slice(0, Math.max(equals, 0)).split('.');
  if (equals < 1 || path.some((key) => key === '')) {
    throw new ConfigError(`--set ${assignment}: expected key.path=value, such as localization.threshold=0.2`);
  }
  try {
    return put(tree, path, parseYaml(assignment.slice(equals + 1)), assignment);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw new ConfigError(`--set ${plainText(assignment, 80)}: the value is ${said(error.message)}`);
  }
}

/** The fault of a value, behind "the value is": it is one itself, or has an anchor that is. */
function said(fault: string): string {
  return /^(not|nested)/.test(fault) ? fault : `no plain one: ${fault}`;
}
