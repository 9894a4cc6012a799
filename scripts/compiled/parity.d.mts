import type { Run } from './runtimes.mjs';

export interface Row {
  readonly network: string;
  readonly method: string;
  readonly at: 'input' | 'layer';
  readonly runtime: string;
  readonly version: string;
  readonly weights: 'separate' | 'shared';
  readonly pictures: number;
  readonly kinks: number;
  readonly without_kinks: number;
  readonly difference: string;
  readonly difference_at_kinks: string;
}

export function compared(
  model: string,
  runtimes: Readonly<Record<string, Run>>,
  photographs: readonly string[],
  folder: string,
  portable?: boolean,
): Promise<{ readonly rows: readonly Row[]; readonly file: string }>;
