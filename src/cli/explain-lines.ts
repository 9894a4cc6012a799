import { basename } from 'node:path';
import { describeInput } from '../cards/describe.js';
import type { Explained, ExplainedPicture, ExplainResult } from '../run/explain-options.js';
import type { ExplainSource } from './explain-source.js';

/** `Egyptian cat` of `Egyptian cat`, `tabby` of `tabby, tabby cat`. */
const short = (name: string) => name.split(',')[0]!;

/** One map, as a line. */
export function mapLine({
  image,
  method,
  layer,
  className,
  score,
  probability,
  rule,
  box,
}: Explained): string {
  const where = box
    ? `box ${[box.x0, box.y0, box.x1, box.y1].map(Math.round).join(' ')} (${rule})`
    : 'no box: the map is zero';
  return `${image}: ${method} at ${layer}: ${className}, score ${score.toFixed(3)}, probability ${probability.toFixed(3)}, ${where}`;
}

/** What the network says of an image: the classes that were explained, with their probabilities. */
export function classesLine({ image, classes }: ExplainedPicture): string {
  return `${image}: ${classes.map(({ name, probability }) => `${short(name)} ${probability.toFixed(2)}`).join(', ')}`;
}

/**
 * The last lines: the preprocessing, and where the figures are.
 * @param last the last figure that was written, if any was
 */
export function closingLines(
  source: ExplainSource,
  { sheets }: ExplainResult,
  out: string,
  last: string | undefined,
): string[] {
  if (last === undefined) return [];
  const [first, ...more] = sheets;
  const others = more.length === 0 ? '' : ` to ${basename(more.at(-1)!)}`;
  return [
    `input: ${describeInput(source.input, source.inputFrom)}`,
    first === undefined ? `figure: ${last}` : `figures: ${out}, all of them: ${first}${others}`,
  ];
}

/** All that is printed, as one JSON document. */
export function jsonText(
  source: ExplainSource,
  images: readonly ExplainedPicture[],
  { sheets, failures, device }: ExplainResult,
): string {
  const { height, width, resize, color, scale, mean, std, cropFrom, interpolation } = source.input;
  return JSON.stringify(
    {
      model: source.model,
      engine: device,
      input: {
        ...{ size: [height, width], resize, short_side: cropFrom, interpolation, color, scale, mean, std },
        from: Object.fromEntries(source.inputFrom.from),
      },
      images: images.map(({ image, classes, maps, figure }) => ({
        image,
        classes,
        figure,
        maps: maps.map(({ method, layer, className, rule, box }) => {
          return { method, layer, class: className, rule, box: box ?? null };
        }),
      })),
      failures: failures.map(({ id, message }) => ({ image: id, message })),
      sheets,
    },
    null,
    1,
  );
}
