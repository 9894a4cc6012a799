import type { BootstrapOptions } from './bootstrap.js';

/** @throws RangeError unless `fits`, which NaN never does */
export function checkRange(fits: boolean, name: string, value: number, expected: string): void {
  if (!fits) throw new RangeError(`${name} is ${value}, expected ${expected}`);
}

/** @throws RangeError for a level outside (0, 1) */
export function checkBootstrap({ level }: BootstrapOptions): void {
  checkRange(level > 0 && level < 1, 'bootstrap.level', level, 'a number between 0 and 1');
}
