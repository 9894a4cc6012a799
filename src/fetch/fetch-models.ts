import { cardPath, manifestCard } from '../cards/find.js';
import { writeCard } from '../cards/write.js';
import { cachedPath, type Environment } from './cache.js';
import { download } from './download.js';
import { addressesOf, type Manifest, modelNamed } from './manifest.js';

export interface FetchReporter {
  started(name: string, bytes: number): void;
  /** Bytes that are there so far. */
  advanced(bytes: number): void;
  finished(): void;
  note(line: string): void;
}

export interface FetchedModel {
  readonly name: string;
  readonly path: string;
  /** False when it was there already. */
  readonly fetched: boolean;
  /** An open question about its preprocessing. */
  readonly open: string | undefined;
}

/**
 * Fetches published models into the cache, each with its card beside it, one after the other; names are checked before the first byte.
 * @throws ModelError for an unknown name, FetchError when a file cannot be had
 */
export async function fetchModels(
  names: readonly string[],
  manifest: Manifest,
  environment: Environment,
  reporter: FetchReporter,
): Promise<readonly FetchedModel[]> {
  const models = [...new Set(names)].map((name) => ({ name, model: modelNamed(manifest, name) }));
  const done: FetchedModel[] = [];
  for (const { name, model } of models) {
    const path = cachedPath(name, model, environment);
    const addresses = addressesOf(manifest, model, environment.BENCH_MIRROR);
    reporter.started(name, model.bytes);
    try {
      const fetched = await download({
        name,
        addresses,
        bytes: model.bytes,
        sha256: model.sha256,
        path,
        environment,
        onProgress: (bytes) => reporter.advanced(bytes),
        onNote: (line) => reporter.note(line),
      });
      await writeCard(cardPath(path), manifestCard(model, manifest));
      done.push({ name, path, fetched, open: model.open });
    } finally {
      reporter.finished();
    }
  }
  return done;
}
