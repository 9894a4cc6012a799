import {
  appendFile,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.js';
import { batchesIn, journalReaches, resultsIn, runKilled, start } from './kill.js';
import { bench, breakImage, imagePath, makeWorld } from './world.js';

const COUNT = 240;
const BROKEN = 7;
/** Places that a journal's last record is cut at, in a local run. */
const CUTS = 40;
/** Kills per batch size and number of processes: ten and more in a local run, a few in CI. */
const KILLS = Number(process.env.BENCH_TEST_KILLS ?? 2);

let folder: string;
let undisturbed: readonly string[];
/** Bytes of its journal. */
let size: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-resume-'));
  await makeWorld(folder, COUNT);
  await breakImage(folder, BROKEN);
  await bench(folder, ['run', 'world.yaml', '--out', 'plain', '--allow-failures']);
  undisturbed = await resultsIn(join(folder, 'plain'));
  size = (await stat(join(folder, 'plain', 'journal.jsonl'))).size;
});
afterAll(() => rm(folder, { recursive: true }));

const args = (out: string, batch: number) => [
  ...['run', 'world.yaml', '--out', out, '--batch', String(batch), '--allow-failures'],
];

/** Images that the journal holds more than once; the broken one is tried again by every run. */
async function repeatedIn(out: string): Promise<number> {
  const text = await readFile(join(out, 'journal.jsonl'), 'utf8');
  const lines = text.trim().split('\n').slice(1);
  const done = lines.flatMap((line) => JSON.parse(line.slice(17)).images.map(({ at }: { at: number }) => at));
  const sound = done.filter((at) => at !== BROKEN);
  expect(new Set(done).size).toBe(COUNT);
  return sound.length - new Set(sound).size;
}

describe('a run that is killed', () => {
  it.each([1, 4, 16])(
    'goes on to the same bytes, batches of %i',
    async (batch) => {
      const random = seededRandom(batch);
      const out = join(folder, `killed-${batch}`);
      let [kills, atWork, rounds, repeated] = [0, 0, 0, 0];
      // A run that gets through between two kills is started anew, until there were enough of them.
      while (kills < KILLS && rounds < 10 * KILLS) {
        rounds++;
        await rm(out, { recursive: true, force: true });
        // Anywhere: before there is a journal, while it grows, when the tables are written.
        const moment = (before: number) =>
          random() < 0.3
            ? { bytes: 0, delay: 1500 * random() }
            : { bytes: before + 1 + (size - before) * random() ** 2, delay: 30 * random() };
        const round = await runKilled(folder, args(out, batch), out, moment, Math.min(4, KILLS - kills));
        expect(round.last).toMatchObject({ code: 0, signal: null });
        expect(await resultsIn(out)).toEqual(undisturbed);
        repeated += await repeatedIn(out);
        kills += round.kills;
        atWork += round.atWork;
      }
      console.log(`batches of ${batch}: ${kills} kills, ${atWork} while batches were written; nothing lost`);
      expect(repeated).toBe(0);
    },
    1_000_000,
  );

  it.each(KILLS < 10 ? [4] : [1, 4, 16])(
    'as two shards at the same time, batches of %i: merged to the same bytes',
    async (batch) => {
      const random = seededRandom(100 + batch);
      let [kills, atWork] = [0, 0];
      for (let rounds = 0; kills < KILLS && rounds < 10 * KILLS; rounds++) {
        const parts = join(folder, `parts-${batch}`);
        await rm(parts, { recursive: true, force: true });
        const folders = [1, 2].map((index) => join(parts, `shard-${index}-of-2`));
        const most = Math.min(3, Math.ceil((KILLS - kills) / 2));
        const both = await Promise.all(
          folders.map((out, i) => {
            const moment = (before: number) => ({
              bytes: before + 1 + (size / 2 - before) * random() ** 2,
              delay: 30 * random(),
            });
            return runKilled(folder, [...args(parts, batch), '--shard', `${i + 1}/2`], out, moment, most);
          }),
        );
        for (const { last } of both) expect(last).toMatchObject({ code: 0, signal: null });
        const merged = join(folder, `merged-${batch}`);
        await rm(merged, { recursive: true, force: true });
        await bench(folder, ['merge', ...folders, '--out', merged, '--allow-failures']);
        expect(await resultsIn(merged)).toEqual(undisturbed);
        kills += both[0]!.kills + both[1]!.kills;
        atWork += both[0]!.atWork + both[1]!.atWork;
      }
      console.log(
        `two processes, batches of ${batch}: ${kills} kills, ${atWork} while batches were written; nothing lost`,
      );
    },
    1_000_000,
  );

  it('computes nothing twice that is in the journal', async () => {
    const out = join(folder, 'counted');
    const running = start(folder, args(out, 4));
    await journalReaches(out, 20_000);
    running.kill('SIGKILL');
    await running.ended;
    const before = await batchesIn(out);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(COUNT / 4);
    await bench(folder, args(out, 4));
    expect(await repeatedIn(out)).toBe(0);
  });
});

describe('a run that is stopped', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: finishes its batch, says how to go on', async (signal, code) => {
    const out = join(folder, signal);
    const running = start(folder, args(out, 4));
    await journalReaches(out, 10_000);
    running.kill(signal);
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(
      /stopped: \d+ of 240 images are in .*journal\.jsonl; the same command goes on/,
    );
    expect(await readdir(out)).toEqual(['journal.jsonl']);
    const { stderr } = await bench(folder, args(out, 16));
    expect(stderr).toMatch(/going on in .*: \d+ of 240 are there/);
    expect(await resultsIn(out)).toEqual(undisturbed);
  });

  it('stops at once when asked twice', async () => {
    const out = join(folder, 'twice');
    const running = start(folder, args(out, 240));
    await journalReaches(out, 100);
    running.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 30));
    running.kill('SIGINT');
    const { signal, code } = await running.ended;
    expect(signal === 'SIGINT' || code === 130 || code === 0).toBe(true);
    await bench(folder, args(out, 240));
    expect(await resultsIn(out)).toEqual(undisturbed);
  });
});

describe('a folder with a journal', () => {
  it('is refused for another run, with what changed', async () => {
    const set = (...pairs: string[]) => pairs.flatMap((pair) => ['--set', pair]);
    const refused = async (...more: string[]) => (await bench(folder, [...args('plain', 4), ...more])).stderr;
    expect(await refused(...set('localization.threshold=0.4'))).toMatch(
      /^bench: plain holds another run: localization\.threshold was 0\.3, is 0\.4; --fresh starts over .*\n$/,
    );
    expect(await refused('--limit', '5')).toContain('dataset.limit was nothing, is 5; data.label was');
    // `auto` became something when the run began: that is what the journal is of.
    expect(await refused(...set('engine=tfjs:cpu'))).toMatch(/engine was [\w:-]+, is tfjs:cpu; program/);
    const model = await readFile(join(folder, 'colors.onnx'));
    // One more, unknown, field of the file: another model by its hash, the same to every reader.
    await writeFile(join(folder, 'colors.onnx'), Buffer.concat([model, Buffer.from([0xc0, 0x3e, 0x01])]));
    expect(await refused()).toMatch(
      /model colors\.bytes was \d+, is \d+; model colors\.sha256 was [0-9a-f]{12}…/,
    );
    await writeFile(join(folder, 'colors.onnx'), model);
    expect(await resultsIn(join(folder, 'plain'))).toEqual(undisturbed);
  });

  it('is gone on with under another batch size, number of threads and place', async () => {
    await rename(join(folder, 'data'), join(folder, 'moved'));
    const { status, stderr } = await bench(folder, [
      ...args('plain', 1),
      ...['--set', 'threads=1', '--set', 'dataset.root=moved', '--set', 'output=x'],
    ]);
    await rename(join(folder, 'moved'), join(folder, 'data'));
    expect([status, stderr]).toEqual([0, expect.stringContaining('239 of 240 are there')]);
    expect((await resultsIn(join(folder, 'plain'))).slice(0, 3)).toEqual(undisturbed.slice(0, 3));
  });

  it('stays as it is under --fresh', async () => {
    const before = await readFile(join(folder, 'plain', 'journal.jsonl'));
    const { stderr } = await bench(folder, [...args('plain', 16), '--fresh']);
    expect(stderr).toContain('results: plain-2');
    expect((await readFile(join(folder, 'plain', 'journal.jsonl'))).equals(before)).toBe(true);
    expect(await resultsIn(join(folder, 'plain-2'))).toEqual(undisturbed);
    expect((await bench(folder, [...args('plain', 16), '--fresh'])).stderr).toContain('results: plain-3');
  });

  it('is refused while another process writes there', async () => {
    const out = join(folder, 'shared');
    const first = start(folder, args(out, 1));
    await journalReaches(out, 5000);
    first.kill('SIGSTOP');
    const second = await bench(folder, args(out, 1));
    first.kill('SIGCONT');
    expect(second.stderr).toMatch(
      new RegExp(`^bench: .*shared: process ${first.pid} on .* writes there;.*\n$`),
    );
    expect(second.status).toBe(1);
    expect((await first.ended).code).toBe(0);
    expect(await resultsIn(out)).toEqual(undisturbed);
  });

  it('without one, results are not written over', async () => {
    await bench(folder, [...args('old', 16), '--limit', '3']);
    await rm(join(folder, 'old', 'journal.jsonl'));
    const { stderr } = await bench(folder, [...args('old', 16), '--limit', '3']);
    expect(stderr).toMatch(/^bench: old\/table\.csv: results without a journal are not written over; .*\n$/);
  });

  it('redoes a damaged record and says so', async () => {
    const path = join(folder, 'plain', 'journal.jsonl');
    const bytes = await readFile(path);
    bytes[bytes.indexOf('\n') + 40]! ^= 1;
    await writeFile(path, bytes);
    const { stderr } = await bench(folder, args('plain', 4));
    expect(stderr).toContain('235 of 240 are there; 1 damaged lines of the journal are done again');
    expect(await resultsIn(join(folder, 'plain'))).toEqual(undisturbed);
  });

  it('draws the pictures of images that it already holds', async () => {
    await bench(folder, [...args('pictures', 16), '--limit', '6']);
    await bench(folder, [...args('pictures', 16), '--limit', '6', '--overlays', '2']);
    await bench(folder, [...args('at-once', 16), '--limit', '6', '--overlays', '2']);
    const drawn = await readdir(join(folder, 'pictures', 'overlays', 'colors'));
    expect(drawn).toHaveLength(2 + 1);
    expect(drawn.sort()).toEqual((await readdir(join(folder, 'at-once', 'overlays', 'colors'))).sort());
  });
});

describe('what is taken away', () => {
  it('a full disk: one line, and nothing lost', async () => {
    const out = join(folder, 'full');
    const { code, stderr } = await start(folder, args(out, 4), { limit: 40 }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /bench: .*journal\.jsonl: the file may not grow any further; .* the same command goes on\n$/,
    );
    expect((await readFile(join(out, 'journal.jsonl'))).at(-1)).toBe(0x0a);
    const before = await batchesIn(out);
    expect(before).toBeGreaterThan(3);
    expect((await bench(folder, args(out, 4))).stderr).toContain('going on');
    expect(await resultsIn(out)).toEqual(undisturbed);
  });

  it('no room for the tables: one line, and the journal complete', async () => {
    const out = join(folder, 'tables');
    await bench(folder, args(out, 16));
    await Promise.all(['table.csv', 'images.csv'].map((name) => rm(join(out, name))));
    // The journal is complete but for the image that is tried again; its record and the tables do not fit.
    const { code, stderr } = await start(folder, args(out, 16), { limit: 8 }).ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/may not grow any further/)]);
    expect(await readdir(out)).not.toContain('table.csv');
    await bench(folder, args(out, 16));
    expect(await resultsIn(out)).toEqual(undisturbed);
  });

  it.each(['data', join('data', 'ILSVRC', 'Data')])(
    '%s: one line, no image counted as broken',
    async (path) => {
      const out = join(folder, `gone-${path.length}`);
      const running = start(folder, args(out, 1));
      await journalReaches(out, 10_000);
      await rename(join(folder, path), join(folder, 'away'));
      const { code, stderr } = await running.ended;
      await rename(join(folder, 'away'), join(folder, path));
      expect(code).toBe(1);
      expect(stderr).toMatch(/gone while the run was at work; what is in the journal is safe: .*\n$/);
      expect(await batchesIn(out)).toBeGreaterThan(0);
      await bench(folder, args(out, 4));
      expect(await resultsIn(out)).toEqual(undisturbed);
    },
  );

  it('whoever read the progress: the run goes on', async () => {
    const out = join(folder, 'unread');
    const running = start(folder, args(out, 1));
    running.closeOutput();
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    expect(await resultsIn(out)).toEqual(undisturbed);
  });

  it('the right to write, while it runs: one line, and nothing lost', async (context) => {
    // Root may write anywhere: then the run is somebody else's.
    const other = process.getuid?.() === 0 ? 65534 : undefined;
    const out = join(folder, 'read-only');
    await mkdir(out);
    if (other !== undefined) await Promise.all([chmod(folder, 0o755), chown(out, other, other)]);
    const running = start(folder, args(out, 1), { uid: other });
    await journalReaches(out, 10_000);
    await chmod(out, 0o555);
    const { code, stderr } = await running.ended;
    await chmod(out, 0o755);
    if (/Cannot find module|EACCES.*node_modules/.test(stderr)) {
      return context.skip('another user may not read this checkout');
    }
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/bench: .*: the folder cannot be written; .*\n$/),
    ]);
    expect(await readdir(out)).not.toContain('table.csv');
    await rm(join(out, '.lock'), { force: true });
    await bench(folder, args(out, 4));
    expect(await resultsIn(out)).toEqual(undisturbed);
  });

  it('an image that was mended is read', async () => {
    const out = join(folder, 'mended');
    await bench(folder, [...args(out, 16), '--limit', '9']);
    const broken = await readFile(imagePath(folder, 7));
    await writeFile(imagePath(folder, 7), await readFile(imagePath(folder, 4)));
    const { stderr } = await bench(folder, [...args(out, 16), '--limit', '9']);
    await writeFile(imagePath(folder, 7), broken);
    expect(stderr).not.toContain('could not be read');
    expect(await readFile(join(out, 'table.csv'), 'utf8')).toMatch(/grad-cam,relu1,[^\n]*,9\n/);
  });

  it.runIf(KILLS >= 10)(
    'the end of a journal, at places all over its last record',
    async () => {
      const out = join(folder, 'every-byte');
      const command = [...args(out, 1), '--limit', '3'];
      await bench(folder, command);
      const path = join(out, 'journal.jsonl');
      const whole = await readFile(path);
      const expected = await resultsIn(out);
      const begin = whole.lastIndexOf('\n', whole.length - 2) + 1;
      // Every byte is the business of test/run/journal: a run takes a hundred times as long as reading a journal.
      const step = Math.ceil((whole.length - begin) / CUTS);
      let cuts = 0;
      for (let cut = begin; cut < whole.length; cut += step, cuts++) {
        await writeFile(path, whole.subarray(0, cut));
        const { stderr } = await bench(folder, command);
        expect(stderr).toContain('2 of 3 are there');
        expect(await resultsIn(out)).toEqual(expected);
      }
      console.log(
        `last record cut at ${cuts} of its ${whole.length - begin} bytes: 1 image done again each time`,
      );
    },
    1_000_000,
  );

  it('the end of a journal, at some places', async () => {
    const out = join(folder, 'cut');
    await bench(folder, [...args(out, 4), '--limit', '20']);
    const whole = await readFile(join(out, 'journal.jsonl'));
    const expected = await resultsIn(out);
    const random = seededRandom(3);
    for (let i = 0; i < 4; i++) {
      await truncate(join(out, 'journal.jsonl'), Math.floor(random() * whole.length));
      await bench(folder, [...args(out, 4), '--limit', '20']);
      expect(await resultsIn(out)).toEqual(expected);
    }
    await appendFile(join(out, 'journal.jsonl'), 'half a li');
    await bench(folder, [...args(out, 4), '--limit', '20']);
    expect(await resultsIn(out)).toEqual(expected);
  });
});
