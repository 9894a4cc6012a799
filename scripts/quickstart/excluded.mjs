/** Drawings that carry a class's name but do not show it, or show more than it (found by looking at the sheets). */
export const EXCLUDED = new Set([
  // Another thing altogether, or nothing to see.
  'streamline-emojis:turkey', // the flag
  'fxemoji:tramcar', // rasterises as a black block
  'fxemoji:desktopcomputer', // only the tower
  'icon-park:monitor', // a camera
  // The object is a small part of a square picture.
  'twemoji:airplane-arrival',
  'twemoji:airplane-departure',
  'fxemoji:carouselhorse',
  'streamline-emojis:carousel-horse',
  'streamline-emojis:ship',
  'streamline-emojis:bottle-with-popping-cork',
  // A person rides on it, and person is a class.
  'mdi:bike',
  'emojione:motorcycle',
  'emojione:speedboat',
]);
