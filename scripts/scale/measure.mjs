// What a batch costs besides computing it: the real coordinator and the real taking of batches on a real Redis, with
// workers that answer at once. `npm run build && node scripts/scale/measure.mjs redis://127.0.0.1:6379 JOURNAL`
// prints JSON; the answers are the records of JOURNAL, a run's journal.jsonl, so that messages have their true size.
import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createJournal, JournalWriter } from '../../dist/run/journal/file.js';
import { QueueAddress } from '../../dist/run/queue/address.js';
import { connectRedis, disconnect } from '../../dist/run/queue/connect.js';
import { connectCoordinator } from '../../dist/run/queue/coordinator.js';
import { isPublished, runKey } from '../../dist/run/queue/registry.js';
import { takeBatches } from '../../dist/run/queue/take-batches.js';

const [url, path, role] = process.argv.slice(2);
const BATCHES = 4000;
const identity = { config: { networks: [], dataset: {} }, program: {}, data: {}, models: [] };
const key = runKey(identity);
const address = QueueAddress.parse(url, {});
const lines = (await readFile(path, 'utf8')).trim().split('\n').slice(1);
const records = lines.map((line) => JSON.parse(line.slice(17)));
// The last batch of a network may be smaller.
const size = Math.max(...records.map(({ images }) => images.length));
const whole = records.filter(({ images }) => images.length === size);
const cpu = () => Object.values(process.cpuUsage()).reduce((sum, value) => sum + value) / 1000;
const client = await connectRedis(address, () => {});

if (role === 'worker') {
  while (!(await isPublished(client, key))) await new Promise((resolve) => setTimeout(resolve, 5));
  const began = cpu();
  let done = 0;
  await takeBatches({
    ...{ client, key, lease: 30_000, onDone: () => done++, note: console.error },
    stop: new AbortController().signal,
    process: async ({ at }) => {
      const { images, spent } = whole[Math.floor(at[0] / size) % whole.length];
      return {
        worker: String(process.pid),
        spent,
        images: images.map((entry, i) => ({ ...entry, at: at[i] })),
      };
    },
  });
  process.send({ cpu: cpu() - began, done });
} else {
  const asked = async () => {
    const text = await client.info();
    const number = (name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(text)[1]);
    return {
      cpu: 1000 * (number('used_cpu_user') + number('used_cpu_sys')),
      received: number('total_net_input_bytes'),
      sent: number('total_net_output_bytes'),
    };
  };
  const trips = [];
  for (let i = 0; i < 2000; i++) {
    const began = performance.now();
    await client.ping();
    trips.push(performance.now() - began);
  }
  const folder = await mkdtemp(join(tmpdir(), 'bench-measure-'));
  const file = join(folder, 'journal.jsonl');
  const journal = await JournalWriter.open(file, await createJournal(file, {}));
  const silent = { note() {}, started() {}, advanced() {}, finished() {}, failed() {} };
  const { distribute, close } = await connectCoordinator(address, silent);
  const positions = Array.from({ length: BATCHES * size }, (_, i) => i);
  const helpers = [1, 2].map(() => fork(process.argv[1], [url, path, 'worker']));
  const helped = helpers.map((helper) => new Promise((resolve) => helper.once('message', resolve)));
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const before = await asked();
  const [began, used] = [performance.now(), cpu()];
  await distribute({
    ...{
      loaded: { name: 'measure', config: { batch: size } },
      identity,
      ids: positions.map(String),
      heldOut: [],
    },
    ...{ work: [{ positions, forPictures: new Set() }], journal },
  });
  const [wall, coordinator] = [performance.now() - began, cpu() - used];
  const after = await asked();
  const answers = await Promise.all(helped);
  const digits = (value) => Math.round(1000 * value) / 1000;
  const per = (value) => digits(value / BATCHES);
  const message = whole.reduce((sum, { images, spent }) => sum + JSON.stringify({ images, spent }).length, 0);
  console.log(
    JSON.stringify(
      {
        images_per_batch: size,
        bytes_per_result: Math.round(message / whole.length),
        bytes_per_batch_into_redis: Math.round(per(after.received - before.received)),
        bytes_per_batch_out_of_redis: Math.round(per(after.sent - before.sent)),
        bytes_per_batch_in_the_journal: Math.round((await readFile(file)).length / BATCHES),
        coordinator_cpu_ms_per_batch: per(coordinator),
        redis_cpu_ms_per_batch: per(after.cpu - before.cpu),
        worker_cpu_ms_per_batch: per(answers.reduce((sum, { cpu: spent }) => sum + spent, 0)),
        round_trip_ms: digits(trips.sort((a, b) => a - b)[trips.length / 2]),
        batches_per_second: Math.round((1000 * BATCHES) / wall),
      },
      null,
      2,
    ),
  );
  await journal.close();
  close();
  await rm(folder, { recursive: true });
}
disconnect(client);
