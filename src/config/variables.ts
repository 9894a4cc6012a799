import { ConfigError } from '../base/errors.js';
import { purposes } from './schema.js';
import { at, dotted, mapStrings, type Path, type Tree } from './tree.js';

/** What `networks.0.model.onnx` or `methods.1.model.onnx` should point to. */
export function purposeOf(path: Path): string | undefined {
  return purposes[dotted(path.slice(-2))];
}

/**
 * Replaces every `${NAME}` by the environment variable's value. The document's own `variables` section says
 * what each should hold, and is left as it is.
 * @param optional top-level keys whose missing variables are left standing, for commands that do not need them
 * @throws ConfigError naming the variable, the key, and what the variable should point to
 */
export function expandVariables(
  tree: Tree,
  environment: Readonly<Record<string, string | undefined>>,
  optional: readonly string[] = [],
): Tree {
  return mapStrings(tree, (text, path) => {
    if (path[0] === 'variables') return text;
    return text.replace(/\$\{([^}]*)\}/g, (written, name: string) => {
      const value = environment[name];
      if (value !== undefined && value !== '') return value;
      if (optional.includes(String(path[0]))) return written;
      const said = at(tree, ['variables', name]);
      const purpose = typeof said === 'string' ? said : (purposeOf(path) ?? 'what this key needs');
      throw new ConfigError(
        `${dotted(path)}: the environment variable ${name} is not set; it should hold ${purpose.trim()}`,
      );
    });
  });
}
