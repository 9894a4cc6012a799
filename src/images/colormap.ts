import { CIVIDIS, COOLWARM, INFERNO, VIRIDIS } from './colormap-tables.js';

/** A colour map: 256 RGB triples, [256,3]; entry i is the colour of the value i/255. */
export type ColorMap = Uint8Array;

/**
 * `viridis`, `inferno` and `cividis` grow lighter in even steps, in grey print, too; `turbo` and `jet` do not: `jet` is there
 * for comparison with papers.
 */
export const COLOR_MAPS = ['inferno', 'viridis', 'cividis', 'turbo', 'jet'] as const;

export type ColorMapName = (typeof COLOR_MAPS)[number];

const TABLES = { viridis: VIRIDIS, inferno: INFERNO, cividis: CIVIDIS } as const;

/**
 * turbo's polynomial coefficients of the three channels, lowest order first, for x in 0..1: A. Mikhailov, "Turbo, An Improved
 * Rainbow Colormap for Visualization" (2019), the published degree-5 fit, Apache-2.0.
 */
const TURBO = [
  [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
  [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
  [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
] as const;

/** The table of a colour map by its name. */
export function colorMap(name: ColorMapName): ColorMap {
  if (name === 'turbo') return sampled((x, channel) => polynomial(TURBO[channel]!, x));
  if (name === 'jet') return sampled(jet);
  return listed(TABLES[name]);
}

/** `coolwarm`: blue for −1, nearly white grey for 0, red for 1; both arms equally light at equal distance from 0. */
export function divergingMap(): ColorMap {
  return listed(COOLWARM);
}

function listed(hex: string): ColorMap {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** @param value of x in 0..1 and a channel, cut to 0..1 */
function sampled(value: (x: number, channel: number) => number): ColorMap {
  return Uint8Array.from({ length: 256 * 3 }, (_, at) => {
    const share = value(Math.floor(at / 3) / 255, at % 3);
    return Math.round(255 * Math.min(1, Math.max(0, share)));
  });
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

/** MATLAB's jet: each channel a trapezoid, red around 3/4, green around 1/2, blue around 1/4. */
function jet(x: number, channel: number): number {
  return 1.5 - Math.abs(4 * x - (3 - channel));
}
