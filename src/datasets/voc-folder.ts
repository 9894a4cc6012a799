import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from '../base/errors.js';
import { isDirectory } from '../base/read-file.js';
import { listFolder } from './files.js';

/** The folder VOC2007 or VOC2012 of a configuration whose root is it, the VOCdevkit, or the VOCdevkit's parent. */
export async function vocFolder(spec: {
  readonly root: string;
  readonly year?: number | undefined;
  readonly pictures?: string | undefined;
}): Promise<string> {
  const root = resolve(spec.root);
  if (await isYearFolder(root, spec)) {
    const year = yearOf(root);
    if (spec.year !== undefined && year !== undefined && year !== spec.year) {
      throw new DataError(`${root}: this is VOC ${year}, but the configuration says year: ${spec.year}`);
    }
    return root;
  }
  const roots: string[] = [];
  for (const devkit of [join(root, 'VOCdevkit'), root]) {
    for (const name of await listFolder(devkit)) {
      const folder = join(devkit, name);
      const year = yearOf(folder);
      if (year !== undefined && (spec.year ?? year) === year && (await isYearFolder(folder, spec)))
        roots.push(folder);
    }
  }
  if (roots.length > 1) {
    const names = roots.map((folder) => basename(folder)).join(' and ');
    throw new DataError(`${root}: holds ${names}; choose one with the key year`);
  }
  if (roots[0] === undefined) {
    throw new DataError(
      `${root}: found no VOCdevkit/VOC${spec.year ?? '2007 or VOC2012'} with Annotations${spec.pictures === undefined ? ' and JPEGImages' : ''}`,
    );
  }
  return roots[0];
}

/** The year in the folder's name, e.g. 2012 for VOC2012. */
export function yearOf(folder: string): number | undefined {
  const match = /^VOC(\d{4})$/.exec(basename(folder));
  return match ? Number(match[1]) : undefined;
}

/** Folders in which a file `provenance` may say that the pictures are a demonstration. */
export function provenanceFolders(folder: string): readonly string[] {
  return [folder, dirname(folder), dirname(dirname(folder))];
}

async function isYearFolder(
  folder: string,
  { pictures }: { readonly pictures?: string | undefined },
): Promise<boolean> {
  if (!(await isDirectory(join(folder, 'Annotations')))) return false;
  return pictures !== undefined || isDirectory(join(folder, 'JPEGImages'));
}
