import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes for whose sake V8 is told to look for garbage at once. */
export const MUCH = 64 * 2 ** 20;

/**
 * Weights that were read to be turned or rectified are garbage of hundreds of megabytes, in which V8, whose own heap is
 * small, sees no haste. It frees them on another thread; the second call waits for that.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
}
