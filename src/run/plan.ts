import { access, readdir, stat } from 'node:fs/promises';
import { ConfigError } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import { isDirectory } from '../base/read-file.js';
import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import type { PublishedTable } from '../eval/published.js';
import { usesGrabCut } from '../experiments/localization/boxes.js';
import { GrabCut } from '../images/grabcut.js';
import { methods } from '../methods/registry.js';
import { folderFormat } from '../onnx/formats.js';
import type { PaperTable } from '../report/paper.js';
import { inputSpec } from './input-spec.js';

/** What the document says of the variable that a path came from, or nothing. */
function advice(config: Pick<BenchConfig, 'variables'>, path: string): string {
  const found = Object.entries(config.variables).find(([name]) => {
    const value = process.env[name];
    return value !== undefined && value !== '' && path.includes(value);
  });
  return found === undefined ? '' : `; ${found[0]} should hold ${found[1].trim()}`;
}

/** @throws ConfigError when the method is not one that `bench list` shows */
function checkMethod(name: string, where: string): void {
  if (!methods.has(name)) {
    throw new ConfigError(`${where}: unknown method \`${name}\`${hint(name, [...methods.keys()])}`);
  }
}

/** @throws ConfigError when the published tables have no network of that name */
function checkPaper(paper: string, where: string, published: readonly string[]): void {
  if (published.includes(paper)) return;
  throw new ConfigError(`${where}: the paper's table has no network \`${paper}\`${hint(paper, published)}`);
}

async function checkNetwork(
  network: NetworkConfig,
  config: Pick<BenchConfig, 'variables'>,
  published: readonly string[],
  accepts: readonly string[],
): Promise<void> {
  const { name, model, maps } = network;
  const where = `network \`${name}\``;
  if (maps !== undefined) {
    if (!(await isDirectory(maps.folder)))
      throw new ConfigError(`${where}: there is no folder ${maps.folder}${advice(config, maps.folder)}`);
    if (model.paper !== undefined) checkPaper(model.paper, where, published);
    return;
  }
  const placed = network.methods.find(({ folder }) => folder !== undefined);
  if (placed !== undefined)
    throw new ConfigError(`${where}: ${placed.name}: folder is a subfolder of maps; this network has none`);
  for (const method of network.methods) if (!accepts.includes(method.name)) checkMethod(method.name, where);
  inputSpec(model.input);
  if (model.paper !== undefined) checkPaper(model.paper, where, published);
  for (const file of [model.onnx, model.mapping]) {
    if (file === undefined) continue;
    const found = await stat(file).catch(() => undefined);
    if (found?.isDirectory()) {
      const what = folderFormat(file, await readdir(file).catch(() => []));
      throw new ConfigError(`${where}: ${file} is ${what ?? 'a folder, not a file'}`);
    }
    if (found === undefined) {
      throw new ConfigError(`${where}: there is no file ${file}${advice(config, file)}`);
    }
    if (!found.isFile())
      throw new ConfigError(`${where}: ${file} is no regular file; a pipe or a device cannot be read twice`);
  }
}

/**
 * Finds what can be found wrong before anything is computed.
 * @param tables the published tables whose networks `model.paper` may name
 * @param accepts readings that the experiment takes for methods
 * @throws ConfigError: one line
 */
export async function checkPlan(
  config: BenchConfig,
  [paper, published]: readonly [PaperTable, PublishedTable],
  accepts: readonly string[] = [],
): Promise<void> {
  const names = [...new Set([...paper.networks, ...published.rows.map(({ network }) => network)])];
  for (const network of config.networks) await checkNetwork(network, config, names, accepts);
  if (usesGrabCut(config)) await GrabCut.load();
  try {
    await access(config.dataset.root);
  } catch {
    const { root } = config.dataset;
    throw new ConfigError(`dataset.root: there is no folder ${root}${advice(config, root)}`);
  }
}
