import { z } from 'zod';
import { THUMBNAIL_SIDE } from '../eval/maps/thumbnail.js';
import { fromJpegText } from '../images/jpeg-text.js';

/*
 * What records are made of, as schemas: a record that another process computed is held against them before it is kept.
 * JSON has neither NaN nor infinities, and zod's numbers refuse both.
 */

export const share = z.number().min(0).max(1);
export const bit = z.literal([0, 1]);

/** Of a class of the data set. */
export const classIndex = (classes: number) =>
  z
    .int()
    .min(0)
    .max(classes - 1);

/** The values of `ImageValues`: [output][measure]. */
export const imageValues = (outputs: number, measures: number) =>
  z.array(z.array(z.number().nullable()).length(measures)).length(outputs);

/** What `thumbnail` writes. */
export const thumbnailText = z.string().regex(new RegExp(`^\\d{${2 * THUMBNAIL_SIDE ** 2}}$`));

/** What `found` finds. */
export const foundRecord = z.strictObject({ iou: share, pointed: z.boolean(), energy: share });

/** Bytes in base 64, `length` of them where that is known. */
export const bytesText = (length?: number) =>
  z.base64().refine((text) => length === undefined || Buffer.from(text, 'base64').length === length);

/** What `packFloats` packs. */
export const floatsText = z.base64().refine((text) => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0) return false;
  for (let at = 0; at < bytes.length; at += 4) if (!Number.isFinite(bytes.readFloatLE(at))) return false;
  return true;
});

/** Characters of a picture: it is small when `jpegText` writes it. */
const PICTURE = 100_000;

/** What `jpegText` writes: a picture that can be read again. Only for `parseAsync`. */
export const pictureText = z
  .base64()
  .max(PICTURE)
  .refine((text) =>
    fromJpegText(text).then(
      () => true,
      () => false,
    ),
  );
