/** A colour map: 256 RGB triples, [256,3]; entry i is the colour of the value i/255. */
export type ColorMap = Uint8Array;

export type ColorMapName = 'turbo' | 'viridis' | 'jet';

/**
 * The three channels' polynomial coefficients, lowest order first, for x in 0..1.
 *
 * turbo: A. Mikhailov, "Turbo, An Improved Rainbow Colormap for Visualization" (2019), the published degree-5 fit,
 * Apache-2.0. viridis: S. van der Walt and N. Smith's map of matplotlib (CC0), M. Zucker's degree-6 fit, CC0.
 */
const POLYNOMIALS = {
  turbo: [
    [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
    [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
    [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
  ],
  viridis: [
    [0.27772733, 0.10509304, -0.33086183, -4.6342305, 6.22826994, 4.776385, -5.43545586],
    [0.00540734, 1.40461353, 0.21484756, -5.79910097, 14.17993337, -13.74514538, 4.64585261],
    [0.33409981, 1.38459016, 0.09509516, -19.33244096, 56.69055261, -65.35303263, 26.31243525],
  ],
} as const;

/** The table of a colour map: `turbo` (the default look), `viridis` (perceptually uniform) or `jet` (the paper's). */
export function colorMap(name: ColorMapName): ColorMap {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = name === 'jet' ? jet(i / 255, channel) : polynomial(POLYNOMIALS[name][channel]!, i / 255);
      table[i * 3 + channel] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  }
  return table;
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

/** MATLAB's jet: each channel a trapezoid, red around 3/4, green around 1/2, blue around 1/4. */
function jet(x: number, channel: number): number {
  return 1.5 - Math.abs(4 * x - (3 - channel));
}
