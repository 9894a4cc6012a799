import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Compiles the sources to `dist` when one of them, or what says how they are compiled, is newer than the last time. What was
 * compiled from a file that is gone does not stay; the rest is written over, so that a program at work keeps its files.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const [sources, dist] = [join(root, 'src'), join(root, 'dist')];
const stamp = join(dist, '.compiled');

const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newest(folder) {
  // A folder's own time tells of files that were added, removed or renamed.
  const inside = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newest(path) : time(path);
  });
  return Math.max(time(folder), ...inside);
}

function removeOrphans() {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const compiled = /^(.*?)(\.d\.ts|\.js\.map|\.js)$/.exec(name);
    if (compiled !== null && !existsSync(join(sources, `${compiled[1]}.ts`))) rmSync(join(dist, name));
  }
}

const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) =>
  time(join(root, name)),
);
if (Math.max(newest(sources), ...settings) > time(stamp)) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  removeOrphans();
  writeFileSync(stamp, '');
}
