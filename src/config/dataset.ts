import { z } from 'zod';
import { section } from './section.js';
import { positive, text } from './values.js';

const THEIRS = "the data set's";

/** The images and their truth. */
export const datasetSchema = section({
  name: text.describe('Which data set ([datasets.md](datasets.md)).'),
  root: text.describe('Folder of the data set.'),
  split: text.optional().meta({ description: 'The split to read: `val`, `trainval`, …', unset: THEIRS }),
  images: text.optional().meta({
    description:
      'A text file with one image id a line. Only these images are read, in this order. A relative path counts from `root`.',
    unset: 'all images',
  }),
  limit: positive
    .optional()
    .meta({ description: 'Reads only the first so many images. `--limit N` sets it.', unset: 'no limit' }),
  classes: text
    .optional()
    .meta({ description: "A file that names the classes in the network's order.", unset: THEIRS }),
  year: z
    .int()
    .optional()
    .meta({ description: 'voc only: 2007 or 2012 ([datasets.md](datasets.md)).', unset: THEIRS }),
  imageFolder: text.optional().meta({
    description: 'voc only: the folder that holds the pictures ([datasets.md](datasets.md)).',
    unset: 'JPEGImages',
  }),
  layout: z
    .enum(['kaggle', 'flat', 'folders'])
    .optional()
    .meta({ description: 'imagenet only: how the files are arranged.', unset: 'detected' }),
  task: z.enum(['detection', 'segmentation']).optional().meta({
    description: 'voc only: which list of images is read ([datasets.md](datasets.md)).',
    unset: THEIRS,
  }),
  boxes: z.boolean().optional().meta({
    description: 'imagenet only: `false` reads no boxes, for classification errors alone.',
    unset: 'true',
  }),
  demonstration: z.boolean().optional().meta({
    description: 'The pictures were made in the format of the data set and are not its own. Results say so.',
    unset: 'detected',
  }),
});
