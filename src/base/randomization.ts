/** Which weights of a network are drawn anew. */
export interface Randomization {
  /** How many layers, counted from the scores down; more than there are means all. */
  readonly layers: number;
  readonly seed: number;
}
