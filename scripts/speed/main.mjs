import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { versions } from '../../dist/run/versions.js';
import { MEASURES, measure, TOGETHER } from './measures.mjs';
import { memoryRows } from './memory.mjs';
import { NETWORKS } from './networks.mjs';
import { PIPELINE, pipelineRow } from './pipeline.mjs';

/* npm run bench:speed -- [--network a,b] [--measure text] [--batch 1,8] [--repetitions 7] [--threads N] [--clock cpu] [--json FILE] */

const { values } = parseArgs({
  options: {
    network: { type: 'string' },
    measure: { type: 'string' },
    batch: { type: 'string', default: '1,8' },
    repetitions: { type: 'string', default: '7' },
    threads: { type: 'string' },
    clock: { type: 'string', default: 'wall' },
    json: { type: 'string' },
  },
});

const list = (text) => text?.split(',').map((part) => part.trim());
const networks = list(values.network) ?? Object.keys(NETWORKS);
const unknown = networks.find((name) => !(name in NETWORKS));
if (unknown !== undefined) {
  console.error(`bench:speed: no network ${unknown}; there are ${Object.keys(NETWORKS).join(', ')}`);
  process.exit(2);
}
const parts = list(values.measure);
const wanted = (name) => parts === undefined || parts.some((part) => name.includes(part));
const batches = list(values.batch).map(Number);
const options = {
  wanted,
  repetitions: Number(values.repetitions),
  clock: values.clock,
  ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
};

const machine = {
  cpu: cpus()[0].model,
  cores: availableParallelism(),
  threads: options.threads ?? 'all',
  repetitions: options.repetitions,
  clock: options.clock,
  versions: await versions('onnxruntime'),
};
console.log(
  `${machine.cpu}, ${machine.cores} cores, node ${machine.versions.node}, onnxruntime-node ${machine.versions['onnxruntime-node']}; medians of ${machine.repetitions}`,
);
console.log('| network | batch | measure | value | base | ratio | goal for VGG-16 |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');

const rows = [];
function print(row) {
  rows.push(row);
  const { network, batch, measure: name, ratio, goal } = row;
  const value = row.ms === undefined ? `${row.mb.toFixed(0)} MB` : `${row.ms.toFixed(1)} ms`;
  const base = row.ms === undefined ? `${row.base_mb.toFixed(0)} MB` : `${row.base_ms.toFixed(1)} ms`;
  console.log(
    `| ${network} | ${batch ?? '–'} | ${name} | ${value} | ${base} | ${ratio.toFixed(3)} | ≤ ${goal} |`,
  );
}

for (const name of networks) {
  const timed = [...MEASURES, TOGETHER].some((one) => wanted(one.name));
  for (const batch of timed ? batches : []) {
    for await (const row of measure(name, NETWORKS[name], batch, options)) print(row);
  }
  if (wanted(PIPELINE.name)) print(await pipelineRow(name, NETWORKS[name], options));
}
for await (const row of memoryRows(networks, wanted)) print(row);

if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}
