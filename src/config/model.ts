import { z } from 'zod';
import { PRESETS } from '../cards/presets.js';
import { SCORE_KINDS } from '../graph/scores/score.js';
import { section } from './section.js';
import { factor, LONGEST_SIDE, perChannel, ratio, side, text } from './values.js';

/* A network and its preprocessing. */

const NUMBERS = 'number, or three';

export const inputSchema = section({
  size: z
    .union([side, z.tuple([side, side])], {
      error: 'expected a number of pixels of at least 1, or [height, width]',
    })
    .transform((size) =>
      typeof size === 'number' ? { height: size, width: size } : { height: size[0], width: size[1] },
    )
    .prefault(224)
    .meta({
      description:
        'Size of the input in pixels: one number for a square, or `[height, width]`. With `short-side` it is the short side, and the size that the network was made for.',
      type: `whole number from 1 to ${LONGEST_SIDE}, or [height, width]`,
    }),
  resize: z
    .enum(['warp', 'crop', 'short-side'])
    .default('warp')
    .describe(
      '`warp` scales the whole image to the size and does not keep its aspect. `crop` scales the short side first and cuts out the centre. `short-side` keeps the whole image and its aspect ([below](#images-of-any-shape)).',
    ),
  short_side: side.optional().meta({
    description: 'With `crop`: the length that the short side is scaled to.',
    unset: '8/7 of the size (256 for 224)',
  }),
  interpolation: z
    .enum(['bilinear', 'bicubic'])
    .optional()
    .meta({ description: "Pillow's filter of that name scales the image.", unset: 'bilinear' }),
  color: z.enum(['rgb', 'bgr']).default('rgb').describe("Order of the input's channels."),
  scale: factor.prefault(1).meta({
    description:
      'The input is (pixel · scale − mean) / std, with pixels from 0 to 255. It may be a fraction such as `1/255`.',
    type: 'number other than 0',
  }),
  mean: perChannel(ratio.refine((value) => Math.abs(value) <= 1e9, 'expected a number of size 1e9 at most'))
    .prefault(0)
    .meta({
      description: 'One number, or three in the order of `color`. A network of one channel takes one number.',
      type: NUMBERS,
    }),
  std: perChannel(factor)
    .prefault(1)
    .meta({ description: 'One number, or three in the order of `color`.', type: `${NUMBERS}, other than 0` }),
});

const modelShape = {
  onnx: text.describe(
    'Path of the network as an ONNX file, or the name of a published network (`bench fetch --list`). A published network brings its `input` and `paper` along.',
  ),
  name: text
    .optional()
    .meta({ description: 'The name of the network in the tables.', unset: 'name of the file' }),
  preset: z.enum(PRESETS).optional().meta({
    description:
      "Preprocessing by its name, over the network's card and under the keys of `input` ([cards.md](cards.md#presets)).",
    unset: 'none',
  }),
  input: inputSchema.prefault({}).meta({
    description: 'How an image becomes the input of the network (below), over its [card](cards.md).',
    unset: 'see below',
  }),
  layer: text.optional().meta({
    description:
      'The layer that layer-wise methods read. `bench layers MODEL` lists the names. `cam`, `mwp` and `c-mwp` have defaults of their own and read another layer only if their entry in `methods` names it.',
    unset: 'last spatial value on every path',
  }),
  output: text.optional().meta({
    description:
      'The output that holds the scores, if the model has several ([models.md](models.md#what-is-explained)).',
    unset: 'the only one that fits',
  }),
  score: z
    .enum(SCORE_KINDS)
    .default('logit')
    .describe(
      'The value that is explained: the `logit` before Softmax or Sigmoid, the `log-probability` or `probability` after it, or the `output` exactly as the file has it ([models.md](models.md#what-is-explained)).',
    ),
  background: z
    .boolean()
    .default(false)
    .describe("The network's first output is a background class that the data set does not have."),
  mapping: text.optional().meta({
    description:
      "Path of a JSON file that maps the network's classes to those of the data set ([experiments.md](experiments.md)).",
    unset: 'none: the classes are the same',
  }),
  paper: text.optional().meta({
    description:
      "The row of the paper's table that this network is: `VGG-16`, `VGG-16-GAP`, `AlexNet` or `GoogLeNet`. Published numbers are quoted only for a network that names its row.",
    unset: 'none',
  }),
};
export const modelSchema = section(modelShape);

/** A model as run: a network of maps has no file of its own. */
export const givenModel = section({
  ...modelShape,
  onnx: modelShape.onnx
    .optional()
    .meta({ description: modelShape.onnx.description ?? '', unset: 'required' }),
});

/** A model whose keys may be given elsewhere. It is checked and never read. */
export const partialModel = section({ ...modelShape, onnx: modelShape.onnx.optional() });
