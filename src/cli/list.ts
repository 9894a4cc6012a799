import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { datasetNames } from '../datasets/registry.js';
import { engines } from '../engines/registry.js';
import { experiments } from '../experiments/registry.js';
import { methods } from '../methods/registry.js';
import { fitTable } from '../report/fit-table.js';
import { jsonOption, printJson } from './json.js';
import { tableWidth } from './terminal.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** Files below a folder of the package, relative to where the command runs. */
async function filesIn(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(join(PACKAGE, folder), { recursive: true }).catch(() => []);
  return names
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => relative(process.cwd(), join(PACKAGE, folder, name)));
}

function print(title: string, rows: readonly (readonly string[])[]): void {
  const left = { title: '', align: 'left' } as const;
  // The indent is a column of the terminal too; heads and rule are left out.
  const [, , ...lines] = fitTable({ heads: [left, left, left], rows }, tableWidth() - 2);
  console.log(`${title}:`);
  for (const line of lines.length > 0 ? lines : ['none']) console.log(`  ${line}`);
}

/** All that the program knows by name. */
async function inventory() {
  return {
    methods: [...methods.values()].map(({ name, summary, reference }) => ({ name, summary, reference })),
    experiments: [...experiments.values()].map(({ name, summary, reference }) => ({
      name,
      summary,
      reference,
    })),
    datasets: datasetNames.map(({ name, description }) => ({ name, description })),
    models: await filesIn('models', '.onnx'),
    configurations: await filesIn('configs', '.yaml'),
    engines: (await engines()).map(({ name, available, detail }) => ({ name, available, detail })),
  };
}

export const listCommand: CommandModule<object, { json: boolean }> = {
  command: 'list',
  describe: 'show methods, experiments, data sets, models and engines',
  builder: (yargs) => yargs.option('json', jsonOption) as never,
  handler: async ({ json }) => {
    const found = await inventory();
    if (json) return printJson(found);
    const inRow = (one: { name: string; summary: string; reference: string }) => [
      one.name,
      one.summary,
      one.reference,
    ];
    print('methods', found.methods.map(inRow));
    print('experiments', found.experiments.map(inRow));
    print(
      'data sets',
      found.datasets.map(({ name, description }) => [name, description]),
    );
    print(
      'models',
      found.models.map((file) => [file]),
    );
    print(
      'configurations',
      found.configurations.map((file) => [file]),
    );
    print(
      'engines',
      found.engines.map(({ name, available, detail }) => [
        name,
        available ? 'available' : 'not available',
        detail,
      ]),
    );
  },
};
