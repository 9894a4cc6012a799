import { readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { textOf } from './markdown.js';

const ROOT = new URL('../../', import.meta.url);
const NOT_OURS = /^(node_modules|dist|out|\.git)$/;

/** Files of the repository with one of these endings, by their paths from the root. */
export function filesEnding(...endings: readonly string[]): readonly string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.test(name))
    .flatMap((entry) =>
      entry.isDirectory()
        ? readdirSync(fileURLToPath(new URL(entry.name, ROOT)), { recursive: true, encoding: 'utf8' }).map(
            (name) => posix.join(entry.name, name.replaceAll('\\', '/')),
          )
        : [entry.name],
    )
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .filter((path) => !path.split('/').some((part) => NOT_OURS.test(part)));
}

/** A page without what is shown as code: blocks between fences, indented blocks, and words between backticks. */
function withoutCode(markdown: string): string {
  return markdown
    .replace(/^```.*?^```/gms, '')
    .replace(/\n\n( {4}.*\n)+/g, '\n\n')
    .replace(/`[^`\n]*`/g, '``');
}

/** The headings of a page as they are written, without their marks. */
export function headingsOf(markdown: string): readonly string[] {
  const blocks = markdown.replace(/^```.*?^```/gms, '');
  return [...blocks.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, text]) =>
    text!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', ''),
  );
}

/** The anchors that GitHub gives the headings of a page: lower case, no punctuation, hyphens for spaces. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const heading of headingsOf(markdown)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The relative targets of a page's links and images, `[text](target)` and `[name]: target`. */
export function relativeTargetsOf(markdown: string): readonly string[] {
  const text = withoutCode(markdown);
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...text.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/gm)];
  return [...inline, ...references].map(([, target]) => target!).filter((to) => !/^[a-z]+:/i.test(to));
}

/** What a page's link with this target points at: a path from the root, and an anchor, which may be empty. */
export function resolved(page: string, target: string): { readonly path: string; readonly anchor: string } {
  const [path, anchor = ''] = target.split('#') as [string, string?];
  return {
    path: path === '' ? page : posix.normalize(posix.join(posix.dirname(page), decodeURIComponent(path))),
    anchor: decodeURIComponent(anchor),
  };
}

/** The pages of this repository that a text names, with the heading where one follows: `docs/models.md, "Names"`. */
export function pagesNamedIn(path: string): readonly { readonly page: string; readonly heading?: string }[] {
  const named = textOf(path).matchAll(
    /(?<![\w/.-])((?:docs\/[\w/-]+|README|CONTRIBUTING)\.md)(?:, "([^"]+)")?/g,
  );
  return [...named].map(([, page, heading]) =>
    heading === undefined ? { page: page! } : { page: page!, heading },
  );
}
