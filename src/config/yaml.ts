import { parseDocument } from 'yaml';
import { ConfigError, messageOf } from '../base/errors.js';
import type { Tree } from './tree.js';

/** An anchor may be used within itself; every walk over such a document would be endless. */
function holdsItself(tree: Tree, around: ReadonlySet<Tree> = new Set()): boolean {
  if (typeof tree !== 'object' || tree === null) return false;
  if (around.has(tree)) return true;
  const within = new Set(around).add(tree);
  return Object.values(tree).some((value) => holdsItself(value, within));
}

function decode(source: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    throw new ConfigError(`${path}: not UTF-8 text; save it in UTF-8`);
  }
}

/** What is wrong with a text of YAML: the message has no place yet. */
export class YamlFault extends Error {
  override readonly name = 'YamlFault';
}

/**
 * The value that a text of YAML has, its anchors put in.
 * @throws YamlFault for what is not YAML, keys that stand twice, several documents, and anchors that multiply or hold
 *   themselves
 */
export function parseYaml(text: string): Tree {
  let tree: Tree;
  try {
    const document = parseDocument(text);
    const wrong = document.errors[0];
    if (wrong !== undefined) throw new YamlFault(`not YAML: ${messageOf(wrong)}`);
    tree = document.toJS();
  } catch (error) {
    if (error instanceof YamlFault) throw error;
    if (error instanceof RangeError) throw new YamlFault('nested too deeply');
    throw new YamlFault(`its anchors cannot be put in: ${messageOf(error)}`);
  }
  if (holdsItself(tree)) throw new YamlFault('an anchor holds itself');
  return tree;
}

/** The document that a YAML file holds. @throws ConfigError, its message starting with the file */
export function readYaml(source: Uint8Array, path: string): Tree {
  try {
    return parseYaml(decode(source, path));
  } catch (error) {
    throw error instanceof YamlFault ? new ConfigError(`${path}: ${error.message}`) : error;
  }
}
