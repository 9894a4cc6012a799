import { parseDocument } from 'yaml';
import { ConfigError, messageOf } from '../errors.js';
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

/**
 * The document that a YAML file holds, its anchors put in. Keys that stand twice, several documents, and anchors that
 * multiply or hold themselves are refused. @throws ConfigError, its message starting with the file
 */
export function readYaml(source: Uint8Array, path: string): Tree {
  const document = parseDocument(decode(source, path));
  const wrong = document.errors[0];
  if (wrong !== undefined) throw new ConfigError(`${path}: not YAML: ${messageOf(wrong)}`);
  let tree: Tree;
  try {
    tree = document.toJS();
  } catch (error) {
    throw new ConfigError(`${path}: its anchors cannot be put in: ${messageOf(error)}`);
  }
  if (holdsItself(tree)) throw new ConfigError(`${path}: an anchor holds itself`);
  return tree;
}
