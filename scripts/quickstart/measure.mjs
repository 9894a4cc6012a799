import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `node measure.mjs <folder> [experiment ...]`: runs the experiments' configurations on the quickstart's scenes one after
 * another, with their results in the folder, and copies their tables to results/experiments. Then `node tables.mjs` writes
 * the pages' tables. A run that is in the folder already is taken up where it stopped. `npm run build` comes first.
 */
const EXPERIMENTS = [
  'wsol', 'segmentation', 'pointing', 'layer-sweep', 'failure-analysis', 'neuron-importance', 'faithfulness', 'occlusion-correlation',
  'adversarial', 'sanity',
];
const TABLES = { 'table.csv': '', 'reject.csv': '.reject' };

const [folder, ...named] = process.argv.slice(2);
if (!folder) throw new Error('usage: measure.mjs <folder> [experiment ...]');
const root = fileURLToPath(new URL('../..', import.meta.url));
const results = join(root, 'results/experiments');
mkdirSync(results, { recursive: true });
for (const name of named.length > 0 ? named : EXPERIMENTS) {
  const out = join(folder, name);
  const args = [join(root, 'dist/cli/main.js'), 'run', join(root, `configs/experiments/${name}.yaml`), '--out', out];
  const { status } = spawnSync('node', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${name}: ended with status ${status}`);
  for (const [file, ending] of Object.entries(TABLES))
    if (existsSync(join(out, file))) copyFileSync(join(out, file), join(results, `${name}${ending}.csv`));
}
