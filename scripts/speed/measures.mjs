import { ModelError } from '../../dist/base/errors.js';
import { onnxruntime } from '../../dist/engines/onnxruntime.js';
import { compile } from '../../dist/explainer/compile.js';
import { prepare } from '../../dist/graph/network.js';
import { seededWeights } from './net-builder.mjs';

/** What is measured: the requests, how many classes, and the ratio to plain forward that issue 4 asks of VGG-16. */
export const MEASURES = [
  { name: 'grad-cam x5', methods: ['grad-cam'], k: 5, goal: 1.08 },
  { name: 'backprop x1', methods: ['backprop'], k: 1, goal: 2.2 },
  { name: 'guided-backprop x1', methods: ['guided-backprop'], k: 1, goal: 2.2 },
  { name: 'c-mwp x1', methods: ['c-mwp'], k: 1, goal: 3.5 },
];

/** The quickstart's methods for VGG-16, in one run against the sum of each alone, one class. */
export const TOGETHER = { name: 'all x1 / each alone', goal: 0.5 };
const ALL = ['grad-cam', 'backprop', 'guided-backprop', 'c-mwp'];

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

const CLOCKS = {
  wall: () => performance.now(),
  /** What this process computed: hardly moved by what else the machine does. Only with one thread. */
  cpu: () => process.cpuUsage().user / 1000,
};

/** Milliseconds of each run, in turns: what else the machine does falls on all of them alike. */
async function alternate(runs, { repetitions, clock, warmUps }) {
  const now = CLOCKS[clock];
  const times = runs.map(() => []);
  // A session tries its batches in several parts before it keeps to what was fastest.
  for (let i = 0; i < warmUps; i++) for (const run of runs) await run();
  for (let i = 0; i < repetitions; i++) {
    for (const [at, run] of runs.entries()) {
      const began = now();
      await run();
      times[at].push(now() - began);
    }
  }
  return times.map(median);
}

function runner(session, graph, batch) {
  const { name, shape } = graph.inputs[0];
  const dims = [batch, ...shape.slice(1)];
  const data = seededWeights(
    dims.reduce((product, dim) => product * dim, 1),
    1,
    7,
  );
  return () => session.run({ [name]: { dtype: 'float32', shape: dims, data } });
}

/** Whether the method has rules for all of the network: excitation backprop refuses linear bottlenecks. */
function applies(graph, method) {
  try {
    compile(prepare(graph), { requests: requestsOf([method]), k: 1, classes: 'top' });
    return true;
  } catch (error) {
    if (error instanceof ModelError) return false;
    throw error;
  }
}

const requestsOf = (methods) => methods.map((method) => ({ method }));

async function explained(graph, methods, k, options) {
  const compiled = compile(prepare(graph), { requests: requestsOf(methods), k, classes: 'top' });
  return { graph: compiled.graph, session: await onnxruntime.load(compiled.graph, options) };
}

/** Loads what is given, times it in turns, closes it. */
async function timed(loading, batch, how) {
  const loaded = [];
  try {
    for (const load of loading) loaded.push(await load());
    return await alternate(
      loaded.map(({ session, graph }) => runner(session, graph, batch)),
      { ...how, warmUps: batch === 1 ? 1 : 4 * Math.ceil(Math.log2(2 * batch)) },
    );
  } finally {
    for (const { session } of loaded) await session.close();
  }
}

/**
 * Rows of one network and batch size: { network, batch, measure, ms, base_ms, ratio, goal }. `base_ms`: the plain
 * forward pass of the model as it was given, in the same runtime; or the sum of the single methods.
 */
export async function* measure(name, make, batch, { wanted, threads, ...how }) {
  const graph = make();
  const options = threads === undefined ? {} : { threads };
  const plain = async () => ({ graph, session: await onnxruntime.load(graph, options) });
  const row = (what, ms, base) => ({
    network: name,
    batch,
    measure: what.name,
    ms,
    base_ms: base,
    ratio: ms / base,
    goal: what.goal,
  });
  const methods = ALL.filter((method) => applies(graph, method));
  const all = MEASURES.filter((one) => methods.includes(one.methods[0]));
  for (const what of all.filter((one) => wanted(one.name))) {
    const [base, ms] = await timed(
      [plain, () => explained(graph, what.methods, what.k, options)],
      batch,
      how,
    );
    yield row(what, ms, base);
  }
  if (!wanted(TOGETHER.name)) return;
  const [together, ...alone] = await timed(
    [methods, ...methods.map((method) => [method])].map((some) => () => explained(graph, some, 1, options)),
    batch,
    how,
  );
  const sum = alone.reduce((total, ms) => total + ms, 0);
  yield row(TOGETHER, together, sum);
}
