import { fitReport } from '../report/fit-table.js';
import type { Failure } from '../run/batches.js';
import type { BenchmarkResult } from '../run/results.js';
import type { NetworkReport } from '../run/run-record.js';
import { hasColours, paintTone, tableWidth } from './terminal.js';
import { timingLine } from './timing-line.js';

const LEGEND = 'green, red: better, worse than the network’s centre box, intervals apart';

const LISTED = 10;

/** The images of a network whose maps are missing, the first of them by name; run.json lists all. */
function missingLines({ name, missing, leftOut }: NetworkReport): readonly string[] {
  const lines = (images: readonly Failure[], what: string) => {
    if (images.length === 0) return [];
    const more = images.length - LISTED;
    return [
      `network \`${name}\`: ${images.length === 1 ? '1 image' : `${images.length} images`} ${what}:`,
      ...images.slice(0, LISTED).map(({ id, message }) => `  ${id}: ${message}`),
      ...(more > 0 ? [`  and ${more} more, all in run.json`] : []),
    ];
  };
  return [
    ...lines(missing, 'without maps that were asked for, which count as wrong'),
    ...lines(leftOut, 'without maps that were asked for, which are left out (--partial)'),
  ];
}

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
  { failures, networks }: Pick<BenchmarkResult, 'failures' | 'networks'>,
  allowFailures: boolean,
): void {
  for (const line of networks.flatMap(missingLines)) console.error(`bench: ${line}`);
  if (failures.length === 0) return;
  console.error(
    `bench: ${failures.length === 1 ? '1 image' : `${failures.length} images`} could not be read and count nowhere:`,
  );
  for (const { id, message } of failures) console.error(`bench:   ${id}: ${message}`);
  if (!allowFailures) process.exitCode = 1;
}
