/** A parsed YAML document: plain objects, arrays and scalars. */
export type Tree = unknown;
export type Branch = Record<string, Tree>;
export type Path = readonly (string | number)[];

export function isBranch(value: Tree): value is Branch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `methods.0.layer`: how messages and `--set` name a place in the document. */
export function dotted(path: Path): string {
  return path.join('.');
}

/** The value at a path, or undefined. */
export function at(tree: Tree, path: Path): Tree {
  return path.reduce<Tree>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return isBranch(value) ? value[key] : undefined;
  }, tree);
}

/** `over` laid on `under`: objects are merged key by key, anything else is replaced. */
export function merge(under: Tree, over: Tree): Tree {
  if (over === undefined) return under;
  if (!isBranch(under) || !isBranch(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(under[key], over[key])]));
}

/** A copy of the tree with every string replaced by what `change` makes of it. */
export function mapStrings(tree: Tree, change: (text: string, path: Path) => string, path: Path = []): Tree {
  if (typeof tree === 'string') return change(tree, path);
  if (Array.isArray(tree)) return tree.map((item, index) => mapStrings(item, change, [...path, index]));
  if (!isBranch(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, mapStrings(value, change, [...path, key])]),
  );
}
