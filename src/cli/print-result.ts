import { fitReport } from '../report/fit-table.js';
import type { BenchmarkResult } from '../run/results.js';
import { hasColours, paintTone, tableWidth } from './terminal.js';
import { timingLine } from './timing-line.js';

const LEGEND = 'green, red: better, worse than the network’s centre box, intervals apart';

/** Prints a run's tables and what could not be read; that makes the exit status 1 unless it is allowed. */
export function printResult(result: BenchmarkResult, allowFailures: boolean): void {
  for (const line of fitReport(result.lines, tableWidth(), paintTone())) console.log(line);
  const toned = result.lines.some((line) => typeof line !== 'string' && line.tones?.some(Boolean));
  if (toned && hasColours()) console.log(`${LEGEND}\n`);
  for (const line of fitReport(result.networks.map(timingLine), tableWidth())) console.log(line);
  reportFailures(result, allowFailures);
}

/** Says on standard error what could not be read; that makes the exit status 1 unless it is allowed. */
export function reportFailures(
  { failures }: Pick<BenchmarkResult, 'failures'>,
  allowFailures: boolean,
): void {
  if (failures.length === 0) return;
  console.error(
    `bench: ${failures.length === 1 ? '1 image' : `${failures.length} images`} could not be read and count nowhere:`,
  );
  for (const { id, message } of failures) console.error(`bench:   ${id}: ${message}`);
  if (!allowFailures) process.exitCode = 1;
}
