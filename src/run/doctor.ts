import { existsSync, statSync } from 'node:fs';
import { access, constants, readdir, readFile } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { messageOf } from '../base/errors.js';
import { chooseEngine, engines } from '../engines/registry.js';
import { cachedPath, cacheFolder, type Environment, isFetched } from '../fetch/cache.js';
import { readManifest } from '../fetch/manifest.js';

/** `ok`: as it should be; `note`: something is not there that some commands need; `fault`: nothing runs. */
export type Health = 'ok' | 'note' | 'fault';

/** One line of the doctor's answer. */
export interface Finding {
  readonly subject: string;
  readonly health: Health;
  readonly detail: string;
  /** What the user can do about it. */
  readonly remedy?: string;
}

const OLDEST_NODE = 20;

/** What this machine offers to the program, and what is missing; nothing is changed and nothing is downloaded. */
export async function examine(packageFolder: string, environment: Environment): Promise<readonly Finding[]> {
  return [
    nodeFinding(process.versions.node),
    ...(await engineFindings()),
    machineFinding(),
    await cacheFinding(environment),
    ...(await modelFindings(packageFolder, environment)),
    ...(await variableFindings(join(packageFolder, 'configs'), environment)),
  ];
}

/** @param version such as 20.19.4 */
export function nodeFinding(version: string): Finding {
  const recent = Number(version.split('.')[0]) >= OLDEST_NODE;
  return {
    subject: 'Node.js',
    health: recent ? 'ok' : 'fault',
    detail: version,
    ...(recent ? {} : { remedy: `install Node.js ${OLDEST_NODE} or later` }),
  };
}

async function engineFindings(): Promise<readonly Finding[]> {
  let chosen: Finding;
  try {
    const { name, passedOver } = await chooseEngine('auto');
    const why = passedOver.map((reason) => `not ${reason}`);
    chosen = { subject: 'engine auto', health: 'ok', detail: [`is ${name}`, ...why].join('; ') };
  } catch (error) {
    const remedy = 'install the packages again: npm ci';
    chosen = { subject: 'engine auto', health: 'fault', detail: messageOf(error), remedy };
  }
  const known = (await engines()).map(
    ({ name, available, detail }): Finding => ({
      subject: `engine ${name}`,
      health: available ? 'ok' : 'note',
      detail,
      ...(available ? {} : { remedy: 'docs/engines.md says what this engine needs' }),
    }),
  );
  return [chosen, ...known];
}

function machineFinding(): Finding {
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const threads = availableParallelism();
  return {
    subject: 'machine',
    health: 'ok',
    detail: `${threads} threads; ${gigabytes(freemem())} of ${gigabytes(totalmem())} memory free`,
  };
}

async function cacheFinding(environment: Environment): Promise<Finding> {
  const folder = cacheFolder(environment);
  const remedy = 'set BENCH_CACHE to a folder of yours';
  if (!existsSync(folder)) {
    return { subject: 'cache', health: 'ok', detail: `${folder} (not there yet; bench fetch makes it)` };
  }
  if (!statSync(folder).isDirectory()) {
    return { subject: 'cache', health: 'note', detail: `${folder} is no folder`, remedy };
  }
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable) return { subject: 'cache', health: 'note', detail: `${folder} cannot be written`, remedy };
  return { subject: 'cache', health: 'ok', detail: folder };
}

async function modelFindings(packageFolder: string, environment: Environment): Promise<readonly Finding[]> {
  const folder = join(packageFolder, 'models');
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const shipped = names.filter((name) => name.endsWith('.onnx')).length;
  const here: Finding = {
    subject: 'models, shipped',
    health: shipped > 0 ? 'ok' : 'note',
    detail: `${shipped} in ${folder}`,
    ...(shipped > 0 ? {} : { remedy: 'install the package again' }),
  };
  const published = Object.entries(readManifest().models);
  const fetched = published
    .filter(([name, model]) => isFetched(cachedPath(name, model, environment), model.bytes))
    .map(([name]) => name);
  const some = fetched.length > 0;
  return [
    here,
    {
      subject: 'models, fetched',
      health: some ? 'ok' : 'note',
      detail: some ? fetched.join(', ') : `none of ${published.length}`,
      ...(some ? {} : { remedy: 'bench fetch --list shows what can be downloaded' }),
    },
  ];
}

interface Use {
  readonly names: readonly string[];
  readonly files: ReadonlySet<string>;
}

/**
 * The environment variables that configurations name data by: which are set, and whether they lead anywhere. Those that
 * are not set and mean the same stand together.
 */
export async function variableFindings(
  folder: string,
  environment: Environment,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const unset = new Map<string, Use>();
  for (const [name, { meaning, files }] of await variablesIn(folder)) {
    const value = environment[name];
    const remedy = `set it to ${meaning}`;
    if (value === undefined || value === '') {
      const use = unset.get(meaning);
      const names = [...(use?.names ?? []), name];
      unset.set(meaning, { names, files: new Set([...(use?.files ?? []), ...files]) });
    } else if (existsSync(value)) found.push({ subject: `$${name}`, health: 'ok', detail: value });
    else found.push({ subject: `$${name}`, health: 'note', detail: `${value} does not exist`, remedy });
  }
  const missing = [...unset].map(([meaning, { names, files }]): Finding => {
    const subject = names.map((name) => `$${name}`).join(', ');
    const needed = files.size === 1 ? `${[...files][0]} needs` : `${files.size} configurations need`;
    const [is, it] = names.length === 1 ? ['is', 'it'] : ['are', 'them'];
    const detail = `${is} not set; ${needed} ${it}`;
    return { subject, health: 'note', detail, remedy: `set ${it} to ${meaning}` };
  });
  return [...found, ...missing];
}

async function variablesIn(folder: string) {
  const uses = new Map<string, { readonly meaning: string; readonly files: Set<string> }>();
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  for (const file of names.filter((name) => name.endsWith('.yaml')).sort()) {
    const document: unknown = parse(await readFile(join(folder, file), 'utf8'));
    for (const [variable, meaning] of Object.entries(variablesOf(document))) {
      const use = uses.get(variable) ?? { meaning, files: new Set() };
      use.files.add(file);
      uses.set(variable, use);
    }
  }
  return uses;
}

function variablesOf(document: unknown): Readonly<Record<string, string>> {
  if (typeof document !== 'object' || document === null || !('variables' in document)) return {};
  const { variables } = document;
  if (typeof variables !== 'object' || variables === null) return {};
  return Object.fromEntries(
    Object.entries(variables).map(([name, meaning]) => [name, String(meaning).trim()]),
  );
}
