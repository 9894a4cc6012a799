/**
 * The world of the bias experiment: two classes that differ in shape, and a thing beside the object that in the
 * biased training tells them apart as well. Shares are the doctors and nurses of the Grad-CAM paper, section 6.3.
 */
export const SEED = 'bias-1';
/** The task's classes, then the attributes: the order of classes.txt and of the masks' numbers. */
export const CLASSES = ['bird', 'person'];
export const ATTRIBUTES = ['umbrella', 'bottle'];
export const SIDE = 112;
/** Scenes of each class in the committed test set, half of them with each attribute. */
export const TEST_SCENES = 100;

/** One thing of its kind beside the object, not much smaller than it; little else. */
export const DIFFICULTY = {
  mainArea: /** @type {[number, number]} */ ([0.12, 0.35]),
  distractorArea: /** @type {[number, number]} */ ([0.35, 0.7]),
  distractors: [1],
  clutter: /** @type {[number, number]} */ ([0, 2]),
  occluded: 0,
  leastVisible: 0.75,
};
