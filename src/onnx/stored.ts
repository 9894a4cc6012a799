import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ModelError, messageOf } from '../base/errors.js';
import { collectGarbage, MUCH } from './garbage.js';
import type { Constant, ConstantData, DType } from './graph.js';

/** Bytes of a file that hold a tensor, little-endian. */
export interface Stretch {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Tensors below this many bytes are held in memory: a page of its own for each would cost more. */
export const LARGE = 1 << 20;

/** Bytes read at a time where a whole tensor need not be in memory at once. */
const CHUNK = 1 << 20;

/**
 * A constant whose numbers stay in a file until they are asked for, and are not kept then. An engine that can map the
 * file reads them there, and VGG-16's half gigabyte exists once instead of four times.
 */
export class StoredConstant implements Constant {
  readonly #view: (bytes: Uint8Array) => ConstantData;

  /** @param view makes a typed array over bytes that are aligned to any type */
  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly stretch: Stretch,
    view: (bytes: Uint8Array) => ConstantData,
  ) {
    this.#view = view;
  }

  get data(): ConstantData {
    return this.#view(this.bytes());
  }

  /** @throws ModelError when the file is gone or became shorter */
  bytes(): Uint8Array {
    return readStretch(this.stretch);
  }

  /** The same bytes piece by piece; a piece is only good until the next one. @throws ModelError */
  *pieces(): Generator<Uint8Array> {
    const buffer = new Uint8Array(Math.min(CHUNK, this.stretch.length));
    const file = open(this.stretch);
    try {
      for (let done = 0; done < this.stretch.length; ) {
        const piece = buffer.subarray(0, Math.min(CHUNK, this.stretch.length - done));
        fill(file, piece, this.stretch, done);
        done += piece.length;
        yield piece;
      }
    } finally {
      closeSync(file);
    }
  }

  /** The same numbers in another shape. */
  reshaped(shape: readonly number[]): StoredConstant {
    return new StoredConstant(this.dtype, shape, this.stretch, this.#view);
  }
}

/** @throws ModelError when the file cannot be opened, or ends before the stretch does */
export function readStretch(stretch: Stretch): Uint8Array {
  // Buffers of earlier reads may be garbage by now.
  if (stretch.length > MUCH) collectGarbage();
  const file = open(stretch);
  try {
    const bytes = new Uint8Array(stretch.length);
    fill(file, bytes, stretch, 0);
    return bytes;
  } finally {
    closeSync(file);
  }
}

function open({ path }: Stretch): number {
  let file: number;
  try {
    // Without O_NONBLOCK, opening a pipe that took the file's place would wait for its writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new ModelError(`${path}: cannot be read any more: ${messageOf(error)}`);
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new ModelError(`${path}: cannot be read any more: it is no regular file`);
}

/** Fills `into` with what lies `from` bytes behind the beginning of the stretch. */
function fill(file: number, into: Uint8Array, { path, offset }: Stretch, from: number): void {
  for (let done = 0; done < into.length; ) {
    // One read may be short, and none may exceed 2 GiB.
    const length = Math.min(into.length - done, 2 ** 30);
    const got = readSync(file, into, done, length, offset + from + done);
    if (got === 0) throw new ModelError(`${path}: became shorter while it was read: start again`);
    done += got;
  }
}
