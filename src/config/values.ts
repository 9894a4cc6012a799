import { z } from 'zod';

/* The kinds of values that keys of a configuration have. */

export const positive = z.int().min(1);

/**
 * A whole number from 1 on, with a largest value that a machine of today can work with. A slip of the keyboard is found
 * before an image is read, and does not show up as a lack of memory.
 */
export const atMost = (most: number) => positive.max(most);

/** Pixels of a side of a network's input, or of the size that an image is scaled to first. */
export const LONGEST_SIDE = 16_384;
export const side = atMost(LONGEST_SIDE);
export const text = z.string().min(1);
export const share = z.number().min(0).max(1);

const NUMBER = 'expected a number or a fraction such as 1/255';

/** A number, or a fraction such as `1/255`, which YAML has no number for. */
export const ratio = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\s*\d+(\.\d+)?\s*\/\s*\d+(\.\d+)?\s*$/)
        .transform((fraction) => {
          const [over, under] = fraction.split('/').map(Number) as [number, number];
          return over / under;
        }),
    ],
    { error: NUMBER },
  )
  .refine(Number.isFinite, NUMBER);

/** A number that the input is multiplied or divided by. With 0, all images would be the same one, or none. */
export const factor = ratio
  .refine((value) => value !== 0, 'expected a number other than 0')
  .refine(
    (value) => Math.abs(value) >= 1e-9 && Math.abs(value) <= 1e9,
    'expected a number of size 1e-9 to 1e9',
  );

/** One number for all channels, or three. */
export const perChannel = (value: typeof ratio) =>
  z
    .union([value, z.tuple([value]), z.tuple([value, value, value])], {
      error: 'expected one number or three, such as 0.5 or [0.485, 0.456, 0.406]',
    })
    .transform((value): readonly [number, number, number] => {
      if (typeof value !== 'number' && value.length === 3) return value;
      const [one] = typeof value === 'number' ? [value] : value;
      return [one, one, one];
    });
