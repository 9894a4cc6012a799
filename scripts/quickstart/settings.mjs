/** The one seed of the committed world, and its sizes. */
export const SEED = 'quickstart-1';
export const VALIDATION_SCENES = 500;
/** Training scenes are square; the trainer crops and warps them. */
export const TRAINING_SIDE = 256;
