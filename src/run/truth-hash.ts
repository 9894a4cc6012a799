import { createHash } from 'node:crypto';
import type { Sample } from '../datasets/sample.js';

/** A running SHA-256 of the ground truth as it was read, image by image, without paths of the machine. */
export class TruthHash {
  readonly #hash = createHash('sha256');

  add({ id, labels, objects, size, annotatedSize, blacklisted }: Sample): void {
    const boxes = objects.map(({ className, box }) => [className, box.x0, box.y0, box.x1, box.y1]);
    const sizes = [size.width, size.height, annotatedSize.width, annotatedSize.height];
    this.#hash.update(JSON.stringify([id, labels, boxes, sizes, blacklisted]));
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
