import type { Constant, ConstantData } from './graph.js';
import { StoredConstant } from './stored.js';

/** float32 numbers piece by piece; a piece is only good until the next one. @throws ModelError when a file is gone */
export function* floatPieces(constant: Constant): Generator<Float32Array> {
  if (!(constant instanceof StoredConstant)) {
    yield constant.data as Float32Array;
    return;
  }
  for (const { buffer, length } of constant.pieces())
    yield new Float32Array(buffer as ArrayBuffer, 0, length / 4);
}

/**
 * float32 numbers that are made one by one from those of a constant in a file, whenever they are asked for. To write
 * them into another file piece by piece never holds all: VGG-16's first linear layer alone has 411 MB.
 */
export class MappedConstant implements Constant {
  readonly dtype = 'float32';
  readonly shape: readonly number[];

  private constructor(
    readonly from: StoredConstant,
    readonly make: (value: number) => number,
  ) {
    this.shape = from.shape;
  }

  /** Of a constant in memory, the numbers themselves. */
  static of(from: Constant, make: (value: number) => number): Constant {
    if (from instanceof StoredConstant) return new MappedConstant(from, make);
    return { dtype: 'float32', shape: from.shape, data: (from.data as Float32Array).map(make) };
  }

  get data(): ConstantData {
    const all = new Float32Array(this.from.stretch.length / 4);
    let at = 0;
    for (const piece of this.#made()) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** Little-endian bytes; a piece is only good until the next one. */
  *pieces(): Generator<Uint8Array> {
    for (const { buffer, byteLength } of this.#made())
      yield new Uint8Array(buffer as ArrayBuffer, 0, byteLength);
  }

  *#made(): Generator<Float32Array> {
    for (const piece of floatPieces(this.from)) {
      for (let i = 0; i < piece.length; i++) piece[i] = this.make(piece[i]!);
      yield piece;
    }
  }
}
