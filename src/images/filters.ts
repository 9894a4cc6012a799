/** A filter of Pillow's, by the distance from its centre in units of the larger pixel; zero from `support` on. */
export interface Filter {
  readonly support: number;
  readonly at: (distance: number) => number;
}

export type Interpolation = 'bilinear' | 'bicubic';

/** Keys' cubic with a = −0.5, as Pillow has it. */
function cubic(distance: number): number {
  const a = -0.5;
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return (((distance - 5) * distance + 8) * distance - 4) * a;
}

export const FILTERS: Readonly<Record<Interpolation, Filter>> = {
  bilinear: { support: 1, at: (distance) => 1 - distance },
  bicubic: { support: 2, at: cubic },
};
