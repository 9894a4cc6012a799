import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NORMALISERS } from '../../base/probabilities.js';
import { SCORE_KINDS } from '../../graph/scores/score.js';
import type { ImageShape } from '../../methods/method.js';
import { stretchOf } from '../../onnx/external-data.js';
import { parseModel } from '../../onnx/read.js';
import type { TensorProto } from '../../onnx/schema.js';
import type { Stretch } from '../../onnx/stored.js';
import { TensorFault } from '../../onnx/tensor.js';
import { writeModel } from '../../onnx/write.js';
import type { CacheOptions } from '../options.js';
import type { Prepared } from '../prepared.js';
import { fileHash } from './cache-key.js';
import type { ConstantStore } from './constant-store.js';

const ENTRY = 'entry.json';
const CONSTANTS = 'constants.bin';
const UNFINISHED = '.unfinished-';
/** An unfinished entry of that age belongs to a process that died. */
const ABANDONED_MS = 3_600_000;

const graphName = z.enum(['main', 'scores', 'gradients']);
const sum = z.strictObject({ file: z.string(), bytes: z.int(), sha256: z.string() });
const scoreSchema = z.strictObject({
  kind: z.enum(SCORE_KINDS),
  output: z.string(),
  probability: z.array(z.enum(NORMALISERS)),
  single: z.boolean(),
  text: z.string(),
  note: z.string().exactOptional(),
});
const entrySchema = z.strictObject({
  input: z.string(),
  inputShape: z.tuple([z.int(), z.int(), z.int()]),
  classCount: z.int(),
  score: scoreSchema,
  anyBatch: z.boolean(),
  notes: z.array(z.string()),
  outputs: z.array(
    z.strictObject({ method: z.string(), layer: z.string(), height: z.int(), width: z.int() }),
  ),
  readings: z.array(
    z.strictObject({
      reading: z.string(),
      layer: z.string(),
      shape: z.array(z.int()),
      perClass: z.boolean(),
    }),
  ),
  graphs: z.array(graphName),
  sums: z.array(sum),
});

/**
 * Compiled graphs on disk, a folder each: the graphs without weights, the constants that the compiler made, and
 * checksums. The model's own weights are not copied: a graph says where in the model's files they lie.
 */
export class CompiledCache {
  constructor(readonly options: CacheOptions) {}

  /**
   * The entry of that name; undefined when there is none, or when anything in it is not as it was written.
   * @param files of the model whose weights the graphs refer to
   * @param fresh it was written a moment ago: its checksums need no look
   */
  async read(key: string, files: readonly string[], fresh = false): Promise<Prepared | undefined> {
    const folder = join(this.options.folder, key);
    try {
      const [head = '', text = ''] = (await readFile(join(folder, ENTRY), 'utf8')).split('\n', 2);
      if (head !== textHash(text)) throw new Error('its description is damaged');
      const entry = entrySchema.parse(JSON.parse(text));
      for (const { file, bytes, sha256 } of fresh ? [] : entry.sums) {
        const path = join(folder, file);
        if ((await stat(path)).size !== bytes || (await fileHash(path)) !== sha256) {
          throw new Error(`${file} is damaged`);
        }
      }
      const now = new Date();
      await utimes(folder, now, now);
      const graphs = entry.graphs.map(async (name) => [name, await readGraph(folder, name, files)] as const);
      return {
        input: entry.input,
        inputShape: entry.inputShape as ImageShape,
        classCount: entry.classCount,
        score: entry.score,
        anyBatch: entry.anyBatch,
        notes: entry.notes,
        outputs: entry.outputs,
        readings: entry.readings,
        graphs: Object.fromEntries(await Promise.all(graphs)) as Prepared['graphs'],
      };
    } catch {
      await discard(folder);
      return undefined;
    }
  }

  /** Removes an entry, as when a runtime cannot take what is in it. */
  async forget(key: string): Promise<void> {
    await discard(join(this.options.folder, key));
  }

  /** A new folder for an entry that is being made; undefined where nothing can be written. */
  async begin(): Promise<string | undefined> {
    const folder = join(this.options.folder, `${UNFINISHED}${process.pid}-${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return folder;
    } catch {
      return undefined;
    }
  }

  /** Where the constants of an entry lie that is being made. */
  static constants(folder: string): string {
    return join(folder, CONSTANTS);
  }

  /**
   * Finishes an entry under its name, and makes room for it.
   * @returns whether it is there; what cannot be written, or takes more room than all may, is not
   */
  async finish(
    key: string,
    unfinished: string,
    prepared: Prepared,
    store: ConstantStore,
    files: readonly string[],
  ): Promise<boolean> {
    try {
      const sums = store.bytes > 0 ? [{ file: CONSTANTS, bytes: store.bytes, sha256: store.finish() }] : [];
      if (!store.complete) throw new Error('the disk is full');
      const { graphs, ...rest } = prepared;
      for (const [name, graph] of Object.entries(graphs)) {
        const bytes = writeModel(graph, (stretch) => locationOf(stretch, store, files));
        const path = join(unfinished, `${name}.onnx`);
        await writeFile(path, bytes);
        sums.push({ file: `${name}.onnx`, bytes: bytes.length, sha256: await fileHash(path) });
      }
      const text = JSON.stringify({ ...rest, graphs: Object.keys(graphs), sums });
      await writeFile(join(unfinished, ENTRY), `${textHash(text)}\n${text}\n`);
      const size = sums.reduce((total, { bytes }) => total + bytes, 0);
      if (size > this.options.bytes) throw new Error('there is no room for it');
      // Another process may have been faster: then its entry is as good.
      await rename(unfinished, join(this.options.folder, key)).catch(() => discard(unfinished));
      await this.#makeRoom();
      return true;
    } catch {
      return false;
    }
  }

  /** Removes the entries that were used longest ago until the rest fits, and what dead processes left. */
  async #makeRoom(): Promise<void> {
    const { folder, bytes } = this.options;
    const entries = await Promise.all(
      (await readdir(folder)).map(async (name) => ({
        path: join(folder, name),
        name,
        ...(await weigh(join(folder, name))),
      })),
    );
    const now = Date.now();
    let total = 0;
    for (const { name, path, size, used } of entries.sort((a, b) => b.used - a.used)) {
      const unfinished = name.startsWith(UNFINISHED);
      if (!unfinished) total += size;
      if (unfinished ? now - used > ABANDONED_MS : total > bytes) await discard(path);
    }
  }
}

/** Takes an entry out of sight first, so that nobody finds half of it. */
export async function discard(folder: string): Promise<void> {
  const away = join(folder, '..', `${UNFINISHED}${process.pid}-${randomUUID()}`);
  const moved = await rename(folder, away).then(
    () => away,
    () => undefined,
  );
  if (moved !== undefined) await rm(moved, { recursive: true, force: true }).catch(() => {});
}

/** Bytes of a folder's files, and when it was used last; another process may be removing it. */
async function weigh(folder: string): Promise<{ readonly size: number; readonly used: number }> {
  try {
    const { mtimeMs } = await stat(folder);
    const sizes = await Promise.all(
      (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
    );
    return { size: sizes.reduce((total, size) => total + size, 0), used: mtimeMs };
  } catch {
    return { size: 0, used: Date.now() };
  }
}

/** `constants.bin`, or the number of one of the model's files: the next run may find the model elsewhere. */
function locationOf({ path }: Stretch, store: ConstantStore, files: readonly string[]): string {
  if (path === store.path) return CONSTANTS;
  const number = files.indexOf(path);
  if (number < 0) throw new Error(`${path} is no file of the model`);
  return String(number);
}

async function readGraph(folder: string, name: string, files: readonly string[]) {
  const path = join(folder, `${name}.onnx`);
  const sizes = new Map<string, number>();
  for (const file of [...files, join(folder, CONSTANTS)]) {
    sizes.set(
      file,
      await stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  }
  const external = (proto: TensorProto, needed: number): Stretch => {
    const location = proto.externalData?.find(({ key }) => key === 'location')?.value ?? '';
    const file = location === CONSTANTS ? join(folder, CONSTANTS) : files[Number(location)];
    if (file === undefined) throw new TensorFault('lies nowhere');
    return stretchOf(file, proto, needed, sizes.get(file) ?? 0);
  };
  return parseModel(await readFile(path), path, { external, checked: true, values: true });
}

function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
