// How long a run takes on many workers, and who is the limit: replays measured.json (measure.mjs; the walls of a worker's
// batches from a journal). Events in their order, no chance in it: every worker goes through the measured walls, each
// from another place on. Redis and the coordinator serve one batch at a time. `node scripts/scale/simulate.mjs`
import { readFile } from 'node:fs/promises';

const measured = JSON.parse(await readFile(new URL('measured.json', import.meta.url), 'utf8'));
const {
  images_per_batch: size,
  batch_wall_ms: walls,
  coordinator_cpu_ms_per_batch: perJournaled,
  redis_cpu_ms_per_batch: perMessage,
  round_trip_ms: trip,
  bytes_per_batch_in_the_journal: bytes,
} = measured;
const mean = walls.reduce((sum, wall) => sum + wall, 0) / walls.length;
/** Batches that are simulated at most; a longer run goes on at the rate of the second half of them. */
const MOST = 200_000;

/** A heap of [time, worker], the earliest first. */
class Events {
  heap = [];
  push(event) {
    const { heap } = this;
    let i = heap.push(event) - 1;
    for (let up = (i - 1) >> 1; i > 0 && heap[up][0] > event[0]; i = up, up = (i - 1) >> 1)
      heap[i] = heap[up];
    heap[i] = event;
  }
  pop() {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0) return first;
    let i = 0;
    for (let down = 1; down < heap.length; i = down, down = 2 * i + 1) {
      if (down + 1 < heap.length && heap[down + 1][0] < heap[down][0]) down++;
      if (heap[down][0] >= last[0]) break;
      heap[i] = heap[down];
    }
    heap[i] = last;
    return first;
  }
}

/** @returns milliseconds until the coordinator has journaled every batch, and how busy it was, 0…1 */
function simulate(workers, batches) {
  const many = Math.min(batches, MOST);
  const events = new Events();
  const turn = Array.from({ length: workers }, (_, w) => (w * 7) % walls.length);
  const wall = (w) => walls[turn[w]++ % walls.length];
  for (let w = 0; w < workers; w++) events.push([trip + wall(w), w]);
  let [redis, coordinator, half] = [0, 0, 0];
  for (let done = 0; done < many; done++) {
    const [ready, worker] = events.pop();
    redis = Math.max(redis, ready + trip) + perMessage;
    coordinator = Math.max(coordinator, redis) + perJournaled;
    // At most 1000 batches are out: a coordinator that is behind holds the workers back.
    const behind = Math.max(0, coordinator - redis - 1000 * perJournaled);
    events.push([redis + behind + wall(worker), worker]);
    if (done + 1 === Math.floor(many / 2)) half = coordinator;
  }
  const each = (coordinator - half) / (many - Math.floor(many / 2));
  const total = coordinator + (batches - many) * each;
  return { total, busy: (batches * perJournaled) / total };
}

function time(milliseconds) {
  const minutes = milliseconds / 60_000;
  if (minutes < 120) return `${minutes.toFixed(1)} min`;
  return minutes < 2880 ? `${(minutes / 60).toFixed(1)} h` : `${(minutes / 1440).toFixed(1)} days`;
}

console.log('| images | workers | time | images/s | against one worker | coordinator busy | journal |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const images of [50_000, 14_000_000]) {
  const batches = Math.ceil(images / size);
  const alone = simulate(1, batches).total;
  for (const workers of [1, 10, 100, 1000]) {
    const { total, busy } = simulate(workers, batches);
    const rate = (1000 * images) / total;
    const size_ = `${((batches * bytes) / 1e9).toFixed(batches > 1e5 ? 1 : 3)} GB`;
    const cells = [images.toLocaleString('en'), workers, time(total), rate.toFixed(0)];
    console.log(
      `| ${[...cells, `${(alone / total).toFixed(1)} ×`, `${(100 * busy).toFixed(1)} %`, size_].join(' | ')} |`,
    );
  }
}
const slowest = Math.max(perJournaled, perMessage);
console.log(
  `\nLimit: ${(1000 / slowest).toFixed(0)} batches/s, ${((1000 * size) / slowest).toFixed(0)} images/s, by ${
    slowest === perJournaled ? 'the coordinator' : 'Redis'
  }: ${(mean / slowest).toFixed(0)} workers with batches of ${mean.toFixed(0)} ms.`,
);
