import { closeSync, openSync, writeSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { BenchError, codeOf, ModelError, messageOf } from '../../base/errors.js';
import { type Constant, type Graph, sizeOf } from '../../onnx/graph.js';
import { readHeader } from '../../onnx/header.js';
import { MappedConstant } from '../../onnx/mapped.js';
import { modelFiles } from '../../onnx/read.js';
import { LARGE, StoredConstant, type Stretch } from '../../onnx/stored.js';
import { bytesOf, storedConstant } from '../../onnx/tensor.js';
import { type About, writeModel } from '../../onnx/write.js';
import { COMPILED_KEY } from './about.js';

/** Where the weights of a file are: in it, in a second one of the same name with `.data` behind, or as it needs. */
export type WeightsPlace = 'inline' | 'beside';

/** Protobuf's limit for one message is 2 GiB; names, nodes and the metadata take some of it. */
const MOST_INLINE = 2 ** 31 - 2 ** 25;
/** Smaller tensors stay in the model's file, as `onnx.save_model` does by default. */
const LEAST_BESIDE = 1024;
/** Offsets in the second file: large tensors begin at a page, so that a runtime can map them, others at a cache line. */
const alignmentOf = (length: number) => (length >= LARGE ? 4096 : 64);

export interface Written {
  /** Paths of what was written. */
  readonly files: readonly string[];
  /** Bytes of all. */
  readonly bytes: number;
  readonly weights: WeightsPlace;
}

/** The second file of a model with its weights beside. */
export const dataPath = (path: string) => `${path}.data`;

/**
 * Writes a model; its files appear when they are whole. Inline over a compiled file that had its weights beside it, the
 * second file goes.
 * @param place `undefined`: inline, or beside where that would be more than 2 GB
 * @param replace whether files that are there already are written over
 * @throws ModelError for a file that is there, for weights that do not fit inline, and for what cannot be written
 */
export async function writeFileOf(
  path: string,
  graph: Graph,
  about: About,
  place: WeightsPlace | undefined,
  replace: boolean,
): Promise<Written> {
  const total = [...graph.constants.values()].reduce((sum, constant) => sum + bytesIn(constant), 0);
  const weights = placeFor(path, total, place);
  const files = weights === 'beside' ? [dataPath(path), path] : [path];
  await refuseTaken(files, replace);
  const staged = files.map((file) => `${file}.${process.pid}.part`);
  try {
    const model =
      weights === 'beside'
        ? writeModel(dataWritten(staged[0]!, graph), () => basename(dataPath(path)), about)
        : writeModel(graph, undefined, about);
    await writeFile(staged.at(-1)!, model);
    const sizes = await Promise.all(staged.map(async (file) => (await stat(file)).size));
    const stale = weights === 'inline' && replace && (await hasOwnData(path));
    // The model comes last: a reader that finds it finds its weights too.
    for (const [i, file] of files.entries()) await rename(staged[i]!, file);
    if (stale) await rm(dataPath(path), { force: true });
    return { files: [...files].reverse(), bytes: sizes.reduce((sum, size) => sum + size, 0), weights };
  } catch (error) {
    await Promise.all(staged.map((file) => rm(file, { force: true }).catch(() => {})));
    if (error instanceof BenchError) throw error;
    throw new ModelError(`${path}: the compiled network cannot be written: ${reasonOf(error)}`);
  }
}

/** Whether a file that is there was compiled by this program, and reads its weights from the second file beside it. */
async function hasOwnData(path: string): Promise<boolean> {
  try {
    if (!readHeader(path).metadata.has(COMPILED_KEY)) return false;
    const beside = resolve(dataPath(path));
    return (await modelFiles(path)).some((file) => resolve(file) === beside);
  } catch (error) {
    // What is written over need not be a model.
    if (error instanceof ModelError) return false;
    throw error;
  }
}

/** @throws ModelError for files that are there and are not to be written over, and without a folder for them */
export async function refuseTaken(files: readonly string[], replace: boolean): Promise<void> {
  for (const file of files) {
    if ((await stat(dirname(file)).catch(() => undefined))?.isDirectory() !== true) {
      throw new ModelError(
        `${file}: there is no folder ${dirname(file)}: make it, or name another with --out`,
      );
    }
    const found = await stat(file).catch(() => undefined);
    if (found?.isDirectory()) throw new ModelError(`${file} is a folder: name a file in it`);
    if (found !== undefined && !replace) {
      throw new ModelError(`${file} is there already: --force writes over it, --out names another`);
    }
  }
}

function placeFor(path: string, total: number, place: WeightsPlace | undefined): WeightsPlace {
  if (place !== 'inline' || total <= MOST_INLINE) {
    return place ?? (total > MOST_INLINE ? 'beside' : 'inline');
  }
  throw new ModelError(
    `${path}: its weights have ${(total / 1e9).toFixed(1)} GB, and no ONNX file is larger than 2 GB: --weights beside puts them into ${basename(dataPath(path))}`,
  );
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return 'its folder cannot be written';
  return messageOf(error);
}

/** Without reading those that lie in files. */
function bytesIn(constant: Constant): number {
  if (constant instanceof StoredConstant) return constant.stretch.length;
  if (constant instanceof MappedConstant) return 4 * sizeOf(constant.shape);
  return bytesOf(constant).length;
}

/** Writes all but the small constants into a file, piece by piece. @returns the graph with its constants there */
function dataWritten(path: string, graph: Graph): Graph {
  const file = openSync(path, 'w');
  let end = 0;
  const append = (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30));
    }
    end += bytes.length;
  };
  try {
    const constants = new Map<string, Constant>();
    for (const [name, constant] of graph.constants) {
      const length = bytesIn(constant);
      if (length < LEAST_BESIDE) {
        constants.set(name, constant);
        continue;
      }
      const alignment = alignmentOf(length);
      append(new Uint8Array((alignment - (end % alignment)) % alignment));
      const stretch: Stretch = { path, offset: end, length };
      for (const piece of piecesOf(constant)) append(piece);
      constants.set(name, storedConstant(constant.dtype, constant.shape, stretch));
    }
    return { ...graph, constants };
  } finally {
    closeSync(file);
  }
}

function piecesOf(constant: Constant): Iterable<Uint8Array> {
  if (constant instanceof StoredConstant || constant instanceof MappedConstant) return constant.pieces();
  return [bytesOf(constant)];
}
