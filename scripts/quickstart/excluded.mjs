/** Drawings that carry a class's name but do not show it, or show it in a way nobody could tell. */
export const EXCLUDED = new Set([]);
