/**
 * The world of the bias experiment: two classes whose objects are small, and a large thing beside the object that in the
 * biased training tells the classes apart as well. The first shares are the doctors and nurses of the Grad-CAM paper,
 * section 6.3.
 */
export const SEED = 'bias-2';
/** The task's classes, then the attributes: the order of classes.txt and of the masks' numbers. */
export const CLASSES = ['bird', 'person'];
export const ATTRIBUTES = ['umbrella', 'bottle'];
/** Training scenes are squares as the networks see them. */
export const SIDE = 224;
/** Test scenes of each combination of class and attribute that the repository holds, and of the measured set. */
export const SHIPPED = 100;
export const MEASURED = 250;

/** One large thing of its kind beside the small object, and little else. The object is drawn last: nothing hides it. */
export const DIFFICULTY = {
  mainArea: /** @type {[number, number]} */ ([0.08, 0.16]),
  distractorArea: /** @type {[number, number]} */ ([2.5, 3.5]),
  distractors: [1],
  clutter: /** @type {[number, number]} */ ([0, 2]),
  occluded: 0,
  leastVisible: 0.75,
};
