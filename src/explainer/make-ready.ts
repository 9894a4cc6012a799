import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelError } from '../base/errors.js';
import { FileWatch } from '../onnx/file-watch.js';
import { collectGarbage, MUCH } from '../onnx/garbage.js';
import { modelFiles } from '../onnx/read.js';
import { cacheKey } from './cache/cache-key.js';
import { CompiledCache, discard } from './cache/compiled-cache.js';
import { ConstantStore } from './cache/constant-store.js';
import type { ExplainerOptions } from './options.js';
import { type Prepared, type ProbeKind, prepareAll } from './prepared.js';

/** What was compiled, now or before, and what a runtime made of it. */
export interface Ready<Loaded> {
  readonly prepared: Prepared;
  readonly loaded: Loaded;
  /** Of the model's files: the runtime may read them as long as it is open. */
  readonly watch: FileWatch;
}

/**
 * Compiles a model, or finds in the cache what was compiled of the same bytes for the same explanations, and loads it.
 * @param mapsFiles whether the engine takes constants from files: large ones go there while the model is compiled
 * @param load may be called a second time, when what lies in the cache cannot be loaded
 * @throws ModelError, ConfigError, and what `load` throws
 */
export async function makeReady<Loaded>(
  options: ExplainerOptions,
  probes: ReadonlySet<ProbeKind>,
  mapsFiles: boolean,
  load: (prepared: Prepared) => Promise<Loaded>,
): Promise<Ready<Loaded>> {
  const files = await modelFiles(options.model);
  const watch = new FileWatch(files);
  const cache = mapsFiles ? await placeIn(options, probes, files) : undefined;
  const cached = await cache?.read();
  if (cache !== undefined && cached !== undefined) {
    try {
      const loaded = await load(cached);
      watch.check();
      return { prepared: cached, loaded, watch };
    } catch (error) {
      // Another process may have made room meanwhile. What is wrong with more than this entry shows again.
      if (error instanceof ModelError) throw error;
      await cache.forget();
    }
  }
  const unfinished = await cache?.begin();
  const temporary = join(tmpdir(), `explanation-bench-${process.pid}-${randomUUID()}.bin`);
  const store =
    unfinished === undefined
      ? new ConstantStore(temporary, false)
      : new ConstantStore(CompiledCache.constants(unfinished));
  try {
    const keeper = mapsFiles ? store : { keep: undefined, keepAll: <T>(graph: T) => graph };
    const compiled = await prepareAll(options, probes, keeper);
    watch.check();
    const prepared =
      cache === undefined || unfinished === undefined
        ? compiled
        : await cache.finish(unfinished, compiled, store);
    store.finish();
    if (store.bytes > MUCH) collectGarbage();
    if (prepared === 'lost') {
      const { cache: _cache, ...without } = options;
      return await makeReady(without, probes, mapsFiles, load);
    }
    const loaded = await load(prepared);
    watch.check();
    return { prepared, loaded, watch };
  } finally {
    store.finish();
    store.remove();
    if (unfinished !== undefined) await discard(unfinished);
  }
}

/** The place in the cache of what is asked for; undefined without a cache. */
async function placeIn(options: ExplainerOptions, probes: ReadonlySet<ProbeKind>, files: readonly string[]) {
  const {
    model: _model,
    engine: _engine,
    threads: _threads,
    provider: _provider,
    cache,
    ...wanted
  } = options;
  // What does not go into JSON would be no part of the key.
  if (cache === undefined || Object.values(wanted).some((value) => typeof value === 'function'))
    return undefined;
  const key = await cacheKey(files, { ...wanted, probes: [...probes] });
  const compiled = new CompiledCache(cache);
  return {
    read: () => compiled.read(key, files),
    forget: () => compiled.forget(key),
    begin: () => compiled.begin(),
    /** What to load: the entry, or where none could be written what was compiled; `lost` when it is gone again. */
    finish: async (unfinished: string, prepared: Prepared, store: ConstantStore) => {
      if (!(await compiled.finish(key, unfinished, prepared, store, files))) return prepared;
      return (await compiled.read(key, files, true)) ?? 'lost';
    },
  };
}
