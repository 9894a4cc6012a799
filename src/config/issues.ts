import type { z } from 'zod';
import { hint } from '../base/nearest.js';
import { at, dotted, type Path, type Tree } from './tree.js';
import { purposeOf } from './variables.js';

type Issue = z.core.$ZodIssue;

const articles: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section of keys',
  record: 'a section of keys',
  tuple: 'a list',
};

function shown(value: Tree): string {
  // JSON has no word for NaN and the infinities that YAML can write.
  const text = (typeof value === 'number' ? String(value) : JSON.stringify(value)) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_type') return articles[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return `one of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small' && issue.origin === 'string') return 'a text that is not empty';
  if (issue.code === 'too_small') {
    const than = issue.inclusive === false ? 'more than' : 'at least';
    return `${than} ${issue.minimum}${issue.origin === 'array' ? ' in the list' : ''}`;
  }
  if (issue.code === 'too_big') {
    return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
  }
  return issue.message.replace(/^expected /, '');
}

/** Of a union's branches, the expectations that stand at the very place; a deeper one says more and wins. */
function unionText(issue: Extract<Issue, { code: 'invalid_union' }>, root: Tree, path: Path): string {
  const branches = issue.errors.flatMap((errors) => errors.slice(0, 1));
  const deeper = branches.find((inner) => inner.path.length > 0);
  if (deeper !== undefined) return describeIssue(deeper, root, path);
  const wanted = issue.message.startsWith('expected ') ? [expectation(issue)] : branches.map(expectation);
  return `${dotted(path)}: expected ${[...new Set(wanted)].join(', or ')}, got ${shown(at(root, path))}`;
}

/** One line about one issue: the place in the document, what was expected, what was found. */
export function describeIssue(issue: Issue, root: Tree, base: Path = []): string {
  const path: Path = [...base, ...(issue.path as Path)];
  const place = dotted(path);
  if (issue.code === 'unrecognized_keys') return place === '' ? issue.message : `${place}: ${issue.message}`;
  if (issue.code === 'invalid_union') return unionText(issue, root, path);
  const value = at(root, path);
  if (value === undefined || value === null) {
    const purpose = purposeOf(path);
    return `${place} is missing${purpose === undefined ? `: expected ${expectation(issue)}` : `: ${purpose}`}`;
  }
  const near = issue.code === 'invalid_value' && typeof value === 'string' ? nearOf(value, issue.values) : '';
  return `${place || 'the document'}: expected ${expectation(issue)}, got ${shown(value)}${near}`;
}

function nearOf(value: string, values: readonly unknown[]): string {
  const text = hint(value, values.map(String));
  return text.startsWith('; did') ? text : '';
}
