import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { LARGE, type Stretch } from './stored.js';

/** A model without the raw bytes of its large initializers. */
export interface Skeleton {
  /** A ModelProto whose large initializers have no raw bytes. */
  readonly bytes: Buffer;
  /** Where these bytes lie, by the initializer's number. */
  readonly stretches: ReadonlyMap<number, Stretch>;
}

/** Field numbers of onnx.proto on the way to a tensor's bytes: model, graph, initializer, raw data. */
const GRAPH = 7;
const INITIALIZER = 5;
const RAW_DATA = 9;

/** Protobuf's wire types. */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

/** Bytes that are read at once where nothing large is skipped. */
const WINDOW = 1 << 16;

/** What the file holds is no protobuf message, or none whose graph lies in one piece. */
class Unclear extends Error {}

/**
 * Reads a model but for the raw bytes of its large initializers: protobuf says how long each field is, so that they are
 * skipped, not read.
 * @returns undefined where the file is not plainly a model: reading all of it finds the fault
 */
export function readSkeleton(path: string): Skeleton | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return new Scanner(path, file, fstatSync(file).size).model();
  } catch (error) {
    if (error instanceof Unclear) return undefined;
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Walks the fields of nested messages in a file, from its beginning to its end. */
class Scanner {
  readonly #stretches = new Map<number, Stretch>();
  #window: Buffer = Buffer.alloc(0);
  #start = 0;
  #at = 0;
  #initializers = 0;
  #graphs = 0;

  constructor(
    readonly path: string,
    readonly file: number,
    readonly size: number,
  ) {}

  model(): Skeleton {
    const parts = this.#message(this.size, (field, end) => {
      if (field !== GRAPH) return undefined;
      // Protobuf would merge a second one; no exporter writes that.
      if (this.#graphs++ > 0) throw new Unclear();
      return this.#graph(end);
    });
    return { bytes: Buffer.concat(parts), stretches: this.#stretches };
  }

  #graph(end: number): Buffer[] {
    return this.#message(end, (field, inner) => {
      if (field !== INITIALIZER) return undefined;
      const number = this.#initializers++;
      return this.#message(inner, (of, last) => {
        const length = last - this.#at;
        if (of !== RAW_DATA || length < LARGE) return undefined;
        if (this.#stretches.has(number)) throw new Unclear();
        this.#stretches.set(number, { path: this.path, offset: this.#at, length });
        return null;
      });
    });
  }

  /**
   * The fields of a message that ends at `end`.
   * @param nested what stands for a delimited field: its parts, null to leave it out, undefined to take it as it is
   */
  #message(end: number, nested: (field: number, end: number) => Buffer[] | null | undefined): Buffer[] {
    const parts: Buffer[] = [];
    // Start of the bytes that are taken as they are, in one piece.
    let first = this.#at;
    const flush = (until: number, behind: number) => {
      if (until > first) parts.push(this.#slice(first, until));
      first = behind;
    };
    while (this.#at < end) {
      const from = this.#at;
      const tag = this.#varint();
      const wire = tag % 8;
      if (tag < 8) throw new Unclear();
      if (wire === DELIMITED) {
        const length = this.#varint();
        const last = this.#at + length;
        if (last > end) throw new Unclear();
        const inner = nested((tag - wire) / 8, last);
        this.#at = last;
        if (inner === undefined) continue;
        flush(from, last);
        if (inner !== null) parts.push(varint(tag), varint(lengthOf(inner)), ...inner);
      } else if (wire === VARINT) this.#varint();
      else if (wire === FIXED64) this.#at += 8;
      else if (wire === FIXED32) this.#at += 4;
      else throw new Unclear();
    }
    if (this.#at !== end) throw new Unclear();
    flush(end, end);
    return parts;
  }

  #varint(): number {
    let value = 0;
    // Ten bytes are the longest, of negative numbers; those are values, which are not asked for here.
    for (let i = 0, scale = 1; i < 10; i++, scale *= 128) {
      const byte = this.#byte();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
    throw new Unclear();
  }

  #byte(): number {
    if (this.#at < this.#start || this.#at >= this.#start + this.#window.length) {
      if (this.#at >= this.size) throw new Unclear();
      this.#window = this.#read(this.#at, Math.min(WINDOW, this.size - this.#at));
      this.#start = this.#at;
    }
    return this.#window[this.#at++ - this.#start]!;
  }

  #slice(from: number, until: number): Buffer {
    const inside = from >= this.#start && until <= this.#start + this.#window.length;
    if (inside) return this.#window.subarray(from - this.#start, until - this.#start);
    return this.#read(from, until - from);
  }

  #read(from: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const got = readSync(this.file, bytes, done, Math.min(length - done, 2 ** 30), from + done);
      if (got === 0) throw new Unclear();
      done += got;
    }
    return bytes;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
