import { createRequire } from 'node:module';
import { EngineError, messageOf } from '../../base/errors.js';
import { missingAddon } from './addon.js';
import type { Tf } from './value.js';

/** Where TensorFlow.js can compute, best first. */
export const BACKENDS = ['node-gpu', 'node', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

interface Source {
  readonly package: string;
  /** What it registers itself as. */
  readonly registered: string;
  readonly label: string;
  /** What npm is to install; this package's dependencies do not name it, since it weighs a lot. */
  readonly install: string;
}

const VERSION = '4.22.0';
const CORE = '@tensorflow/tfjs-core';

const SOURCES: Readonly<Record<BackendName, Source>> = {
  'node-gpu': {
    package: '@tensorflow/tfjs-node-gpu',
    registered: 'tensorflow',
    label: 'TensorFlow with CUDA',
    install: `@tensorflow/tfjs-node-gpu@${VERSION} --ignore-scripts=false`,
  },
  node: {
    package: '@tensorflow/tfjs-node',
    registered: 'tensorflow',
    label: 'TensorFlow',
    install: `@tensorflow/tfjs-node@${VERSION} --ignore-scripts=false`,
  },
  wasm: {
    package: '@tensorflow/tfjs-backend-wasm',
    registered: 'wasm',
    label: 'WebAssembly, one thread',
    install: `${CORE}@${VERSION} @tensorflow/tfjs-backend-wasm@${VERSION}`,
  },
  cpu: {
    package: '@tensorflow/tfjs-backend-cpu',
    registered: 'cpu',
    label: 'plain JavaScript, slow',
    install: `${CORE}@${VERSION} @tensorflow/tfjs-backend-cpu@${VERSION}`,
  },
};

export interface LoadedBackend {
  readonly tf: Tf;
  readonly name: BackendName;
  readonly registered: string;
  /** Package, version and what it computes on. */
  readonly label: string;
  /** Why each better backend was passed over, in order. */
  readonly passedOver: readonly string[];
}

/**
 * Loads the best TensorFlow.js backend of this machine, or the one named. node-gpu counts only where it sees a GPU
 * when the choice is free; named, it must see one as well.
 * @throws EngineError with the reason of each that could not be loaded
 */
export async function loadBackend(only?: BackendName): Promise<LoadedBackend> {
  if (only === undefined && !isInstalled(CORE)) {
    throw new EngineError(`TensorFlow.js is not installed: run \`npm install ${SOURCES.wasm.install}\``);
  }
  const passedOver: string[] = [];
  for (const name of only === undefined ? BACKENDS : [only]) {
    const loaded = await tryBackend(name);
    if (typeof loaded !== 'string') return { ...loaded, passedOver };
    passedOver.push(`${name}: ${loaded}`);
  }
  throw new EngineError(`tfjs cannot run here: ${passedOver.join('; ')}`);
}

/** Why a backend cannot be used here; undefined when it can. */
export async function reasonAgainst(name: BackendName): Promise<string | undefined> {
  const loaded = await tryBackend(name);
  return typeof loaded === 'string' ? loaded : undefined;
}

/** The loaded backend, or one line that says why it is not there. */
async function tryBackend(name: BackendName): Promise<Omit<LoadedBackend, 'passedOver'> | string> {
  const source = SOURCES[name];
  const missing = name.startsWith('node') ? missingAddon(source.package) : undefined;
  // Where tfjs-node-gpu is loaded and sees no GPU, it serves as tfjs-node.
  if (
    missing !== undefined &&
    !(name === 'node' && missingAddon(SOURCES['node-gpu'].package) === undefined)
  ) {
    return missing === 'package'
      ? `${source.package} is not installed; run \`npm install ${source.install}\``
      : `${source.package} is installed without its native addon; run \`npm rebuild ${source.package} --ignore-scripts=false\``;
  }
  // TensorFlow reports its CPU's features on standard error otherwise.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    const tf = await import('@tensorflow/tfjs-core');
    tf.enableProdMode();
    // tfjs-node-gpu without a GPU is what tfjs-node is; a second copy of the library would not load beside it.
    const sameLibrary = name === 'node' && isLoaded(SOURCES['node-gpu'].package);
    if (!sameLibrary) await import(source.package);
    if (!(await tf.setBackend(source.registered)))
      return `its backend does not start; run \`npm install ${source.install}\``;
    await tf.ready();
    if (name === 'node-gpu' && !usesGpu(tf)) return 'TensorFlow is loaded, but it sees no GPU';
    const loaded = sameLibrary ? SOURCES['node-gpu'].package : source.package;
    const label = `${loaded} ${versionOf(loaded)} (${source.label})`;
    return { tf, name, registered: source.registered, label };
  } catch (error) {
    return `${reasonOf(source.package, error)}; run \`npm install ${source.install}\``;
  }
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** Whether this process has loaded a package of CommonJS; both native ones register themselves under one name. */
function isLoaded(name: string): boolean {
  const require = createRequire(import.meta.url);
  try {
    return require.resolve(name) in require.cache;
  } catch {
    return false;
  }
}

function usesGpu(tf: Tf): boolean {
  return (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
}

function versionOf(name: string): string {
  const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
  return version;
}

/** One short line, without paths: a loader's own message is a paragraph. */
function reasonOf(name: string, error: unknown): string {
  const message = messageOf(error);
  if (/Cannot find (package|module)/.test(message)) return `${name} is not installed`;
  const shared = /lib[\w.+-]+\.so[.\d]*/.exec(message)?.[0];
  if (shared !== undefined) return `the native addon of ${name} does not load (${shared} is missing)`;
  return `${name} does not load (${message.slice(0, 160)})`;
}
