import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Constant, Graph } from '../../onnx/graph.js';
import { MappedConstant } from '../../onnx/mapped.js';
import { LARGE, StoredConstant } from '../../onnx/stored.js';
import { bytesOf, storedConstant } from '../../onnx/tensor.js';

/** Offsets in the file: a cache line, what vectors of any processor are aligned to. */
const ALIGNMENT = 64;

/**
 * A file for the large constants that a compilation makes (turned or rectified copies of weights), so that they are not
 * in memory beside those of the runtime. Made when the first one comes; not for several threads.
 */
export class ConstantStore {
  readonly #hash = createHash('sha256');
  #digest: string | undefined;
  #file: number | undefined;
  #full = false;
  #closed = false;
  #bytes = 0;

  /**
   * @param path of the file; none must be there
   * @param summed whether its checksum will be asked for
   */
  constructor(
    readonly path: string,
    readonly summed = true,
  ) {}

  /** Bytes written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether all that was to be kept is in the file: its disk may be full. */
  get complete(): boolean {
    return !this.#full;
  }

  /** The constant, in the file when it is large and there is room. */
  keep = (constant: Constant): Constant => {
    if (this.#full || this.#closed || constant instanceof StoredConstant) return constant;
    const pieces = piecesOf(constant);
    if (pieces === undefined) return constant;
    try {
      this.#file ??= openSync(this.path, 'wx', 0o600);
      this.#append(this.#file, Buffer.alloc((ALIGNMENT - (this.#bytes % ALIGNMENT)) % ALIGNMENT));
      const offset = this.#bytes;
      for (const piece of pieces) this.#append(this.#file, piece);
      const length = this.#bytes - offset;
      return storedConstant(constant.dtype, constant.shape, { path: this.path, offset, length });
    } catch {
      this.#full = true;
      return constant;
    }
  };

  /** The graph, with all of its large constants in files. */
  keepAll = (graph: Graph): Graph => ({
    ...graph,
    constants: new Map([...graph.constants].map(([name, constant]) => [name, this.keep(constant)])),
  });

  /** Nothing is kept behind this. @returns sha256 of the file, hexadecimal */
  finish(): string {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#closed = true;
    this.#digest ??= this.#hash.digest('hex');
    return this.#digest;
  }

  /** Removes the file: what mapped it keeps its contents. */
  remove(): void {
    rmSync(this.path, { force: true, maxRetries: 2 });
  }

  #append(file: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30));
    }
    if (this.summed) this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }
}

/** The constant's bytes; undefined when it is too small for a file. */
function piecesOf(constant: Constant): Iterable<Uint8Array> | undefined {
  if (constant instanceof MappedConstant) return constant.pieces();
  const bytes = bytesOf(constant);
  return bytes.length < LARGE ? undefined : [bytes];
}
