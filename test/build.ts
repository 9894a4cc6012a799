import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Compiles the program when a source is newer than what was compiled. */
export function setup(): void {
  const script = fileURLToPath(new URL('../scripts/build-if-newer.mjs', import.meta.url));
  execFileSync(process.execPath, [script], { stdio: 'inherit' });
}
