import type { InputSpec } from '../images/preprocess.js';
import type { LayeredInput } from './layered.js';

const RESIZED: Readonly<Record<InputSpec['resize'], string>> = {
  warp: 'the whole picture warped',
  crop: 'the centre',
  'short-side': 'the whole picture, aspect kept',
};

/** The keys that a preprocessing has whether anybody writes them or not. */
const KEYS = ['size', 'resize', 'color', 'scale', 'mean', 'std'] as const;

const numbers = (values: readonly number[]) =>
  values.every((value) => value === values[0]) ? String(values[0]) : values.join(' ');

function scaleText(written: unknown, scale: number): string {
  const text =
    typeof written === 'string' ? written.replace(/\s/g, '') : String(Number(scale.toPrecision(6)));
  return scale === 1 ? 'pixels 0…255' : `pixels × ${text}`;
}

/** Who gave what: one name where one gave all, else the keys of each. */
function origins(from: LayeredInput['from']): string {
  const keys = [...new Set([...KEYS, ...from.keys()])];
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const who = from.get(key) ?? 'default';
    groups.set(who, [...(groups.get(who) ?? []), key]);
  }
  if (groups.size === 1) return [...groups.keys()][0]!;
  return [...groups].map(([who, own]) => `${own.join(', ')}: ${who}`).join('; ');
}

/** What is done to a picture, and who says so, in one line. */
export function describeInput(spec: InputSpec, layers: LayeredInput): string {
  return `${describePixels(spec, layers)} (${origins(layers.from)})`;
}

/** What is done to a picture. */
export function describePixels(spec: InputSpec, { input }: LayeredInput): string {
  const { width, height, resize, cropFrom, interpolation } = spec;
  const longest = Math.max(width, height);
  const short = resize === 'crop' ? ` of short side ${cropFrom ?? Math.round((longest * 256) / 224)}` : '';
  const values = [
    scaleText(input.scale, spec.scale),
    ...(spec.mean.some((value) => value !== 0) ? [`minus ${numbers(spec.mean)}`] : []),
    ...(spec.std.some((value) => value !== 1) ? [`over ${numbers(spec.std)}`] : []),
  ];
  const how = [
    `${height}×${width}, ${RESIZED[resize]}${short}${interpolation === 'bicubic' ? ', bicubic' : ''}`,
    spec.color.toUpperCase(),
    values.join(' '),
  ];
  return how.join(', ');
}
