import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { jsonOf, tablesWith, textOf } from './markdown.js';

/* docs/measurements/scale.md quotes scripts/scale/measured.json, and what simulate.mjs makes of it. */

const DOCUMENT = textOf('docs/measurements/scale.md');
const measured = jsonOf<Readonly<Record<string, number>>>('scripts/scale/measured.json');
const SIMULATE = fileURLToPath(new URL('../../scripts/scale/simulate.mjs', import.meta.url));

describe('docs/measurements/scale.md', () => {
  it('has what was measured', () => {
    const cells = tablesWith(DOCUMENT, 'per batch of 8')[0]!.rows.map(([, cell]) => cell);
    const of = (name: string) => measured[name]!;
    const times = ['coordinator', 'redis', 'worker'].map((who) => of(`${who}_cpu_ms_per_batch`));
    const perImage = times.reduce((sum, time) => sum + time, 0) / of('images_per_batch');
    const kB = (name: string) => `${(of(name) / 1000).toFixed(1)} kB`;
    expect(cells).toEqual([
      `${times.map((time) => time.toFixed(2)).join(', ')} ms: together ${perImage.toFixed(2)} ms per image`,
      kB('bytes_per_result'),
      `${kB('bytes_per_batch_into_redis')}, ${kB('bytes_per_batch_out_of_redis')}`,
      `${of('round_trip_ms').toFixed(2)} ms`,
      `${of('batches_per_second')} batches/s`,
    ]);
  });

  it('has what the simulation prints', () => {
    const printed = execFileSync(process.execPath, [SIMULATE], { encoding: 'utf8' });
    const head = ['images', 'workers', 'time'];
    expect(tablesWith(DOCUMENT, ...head)).toEqual(tablesWith(printed, ...head));
    const limit =
      /Limit: (\d+) batches\/s, (\d+) images\/s, by the coordinator: (\d+) workers .* (\d+) ms/.exec(
        printed,
      )!;
    const quoted =
      /coordinator is the limit: (\d+) batches\/s or (\d+) images\/s\.\s+These are (\d+) workers with batches of (\d+) ms/;
    expect(quoted.exec(DOCUMENT)!.slice(1)).toEqual(limit.slice(1));
    const guide = /at most (\d+)\s+workers\s+with\s+batches\s+of\s+(\d+)\s+ms/.exec(textOf('docs/scale.md'))!;
    expect(guide.slice(1)).toEqual(limit.slice(3));
  });
});
