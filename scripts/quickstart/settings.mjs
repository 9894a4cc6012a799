/** The one seed of the committed world, and its sizes. */
export const SEED = 'quickstart-1';
export const VALIDATION_SCENES = 500;
/** Of the hard set, whose 500 scenes have smaller objects, the first ones are kept. */
export const HARD_SCENES = 150;
/** Training scenes are square; the trainer crops and warps them. */
export const TRAINING_SIDE = 256;
