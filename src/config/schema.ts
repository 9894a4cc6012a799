import { z } from 'zod';
import { PRESETS } from '../cards/presets.js';
import { CAM_LEVELS } from '../eval/boxes/contours-box.js';
import { SCORE_KINDS } from '../graph/scores/score.js';
import { section } from './section.js';

/*
 * Every key of a configuration, its type and its default: written here and nowhere else.
 * docs/configuration.md explains them.
 */

/** What a key that must be given is for: quoted when it, or a variable in it, is missing. */
export const purposes: Readonly<Record<string, string>> = {
  'model.onnx': 'the network as an ONNX file',
  'dataset.name': 'a data set that `bench list` shows',
  'dataset.root': 'the folder of the data set',
  'dataset.images': 'a text file with one image id a line',
  'dataset.classes': 'a file that names the classes',
};

const positive = z.int().min(1);

/**
 * A whole number from 1 on, at most what a machine of today can do with: a slip of the keyboard is found before an image is
 * read, and not as a lack of memory.
 */
const atMost = (most: number) => positive.max(most);

/** Pixels of a side of a network's input, or of what an image is scaled to first. */
export const LONGEST_SIDE = 16_384;
const side = atMost(LONGEST_SIDE);
const text = z.string().min(1);

const NUMBER = 'expected a number or a fraction such as 1/255';

/** A number, or a fraction such as `1/255`, which YAML has no number for. */
const ratio = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\s*\d+(\.\d+)?\s*\/\s*\d+(\.\d+)?\s*$/)
        .transform((fraction) => {
          const [over, under] = fraction.split('/').map(Number) as [number, number];
          return over / under;
        }),
    ],
    { error: NUMBER },
  )
  .refine(Number.isFinite, NUMBER);

/** What the input is multiplied or divided by: with 0 all images would be the same one, or none. */
const factor = ratio
  .refine((value) => value !== 0, 'expected a number other than 0')
  .refine(
    (value) => Math.abs(value) >= 1e-9 && Math.abs(value) <= 1e9,
    'expected a number of size 1e-9 to 1e9',
  );

const perChannel = (value: typeof ratio) =>
  z
    .union([value, z.tuple([value]), z.tuple([value, value, value])], {
      error: 'expected one number or three, such as 0.5 or [0.485, 0.456, 0.406]',
    })
    .transform((value): readonly [number, number, number] => {
      if (typeof value !== 'number' && value.length === 3) return value;
      const [one] = typeof value === 'number' ? [value] : value;
      return [one, one, one];
    });

const inputSchema = section({
  /** Height and width of the network's input in pixels; one number means square. */
  size: z
    .union([side, z.tuple([side, side])], {
      error: 'expected a number of pixels of at least 1, or [height, width]',
    })
    .transform((size) =>
      typeof size === 'number' ? { height: size, width: size } : { height: size[0], width: size[1] },
    )
    .prefault(224),
  /**
   * `warp` the whole image to the size; cut the centre `crop` out after scaling the short side; or keep the whole image and
   * its aspect, its `short-side` scaled to the size.
   */
  resize: z.enum(['warp', 'crop', 'short-side']).default('warp'),
  /** With `crop`: what the short side is scaled to first; by default 8/7 of the size, as 256 for 224. */
  short_side: side.optional(),
  /** How pixels are resized: as Pillow's filter of that name does; by default bilinear. */
  interpolation: z.enum(['bilinear', 'bicubic']).optional(),
  color: z.enum(['rgb', 'bgr']).default('rgb'),
  /** The input is (pixel · scale − mean) / std, pixel in 0…255, channels in the order of `color`. */
  scale: factor.default(1),
  mean: perChannel(
    ratio.refine((value) => Math.abs(value) <= 1e9, 'expected a number of size 1e9 at most'),
  ).prefault(0),
  std: perChannel(factor).prefault(1),
});

const modelShape = {
  onnx: text,
  /** What the tables call it; by default the name of its file. */
  name: text.optional(),
  /** Preprocessing by a name that people know, under the keys of `input` and over those of the network's card. */
  preset: z.enum(PRESETS).optional(),
  input: inputSchema.prefault({}),
  /** The layer that layer-wise methods read; by default the last spatial value on every path. cam, mwp and c-mwp have their own. */
  layer: text.optional(),
  /** Of several outputs of the model, the one that holds the scores; by default the only one that fits. */
  output: text.optional(),
  /**
   * What is explained: the `logit`, which the model's Softmax or Sigmoid is given; the `log-probability` or `probability`
   * behind it; or the `output` exactly as the file has it.
   */
  score: z.enum(SCORE_KINDS).default('logit'),
  /** The network's first output is a background class that the data set does not have. */
  background: z.boolean().default(false),
  /** A file that says which of the network's classes stand for the data set's, when they are not the same. */
  mapping: text.optional(),
  /** The row of the paper's table that this network is, e.g. `VGG-16`; only then is the paper quoted beside it. */
  paper: text.optional(),
};
const modelSchema = section(modelShape);

/** A model of which some keys may be given elsewhere: only checked, never read. */
const partialModel = section({ ...modelShape, onnx: modelShape.onnx.optional() });

const datasetSchema = section({
  /** A name that `bench list` shows: imagenet, voc, … */
  name: text,
  root: text,
  /** `val`, `trainval`, …; the default is the data set's. */
  split: text.optional(),
  /** A text file with one image id a line; a relative path counts from `root`. */
  images: text.optional(),
  /** Only the first so many images. */
  limit: positive.optional(),
  /** A file that names the classes in the network's order, for data that does not carry one. */
  classes: text.optional(),
  /** voc: 2007 or 2012. */
  year: z.int().optional(),
  /** imagenet: how the files are arranged; found out when left out. */
  layout: z.enum(['kaggle', 'flat', 'folders']).optional(),
  /** voc: which list of images. */
  task: z.enum(['detection', 'segmentation']).optional(),
  /** imagenet: false to go without boxes, for classification errors alone. */
  boxes: z.boolean().optional(),
  /** The pictures are not the data set's own but made in its format: results say so. */
  demonstration: z.boolean().optional(),
});

const share = z.number().min(0).max(1);

/** How a map becomes a box; a method may have its own, over the run's. */
const boxShape = {
  /**
   * `threshold`: the largest component above a share of the maximum; `mean`: all above α times the mean; `contours`: the
   * largest box of the regions at several levels (CAM's released rule); `grabcut`: the map's quantiles seed a
   * segmentation of the picture.
   */
  rule: z.enum(['threshold', 'mean', 'contours', 'grabcut']).default('threshold'),
  /** With `mean`: α. */
  alpha: z.number().min(0).default(1.5),
  /** With `contours`: the levels, of a map that is scaled to a maximum of 255. */
  levels: z
    .array(z.number().min(0).lt(255))
    .min(1)
    .max(255)
    .prefault([...CAM_LEVELS]),
  /** With `grabcut`: quantiles of the map; at most the first is background, above the second foreground. */
  quantiles: z
    .tuple([share, share])
    .refine(([low, high]) => low < high, 'expected two shares, the smaller one first')
    .prefault([0.3, 0.95]),
  /** With `grabcut`: longer side in pixels of what is segmented, at most the network's input. */
  size: z.int().min(8).max(4096).default(128),
  /** With `grabcut`: 1: one cut by the seeds' colours; more: colours are learnt anew from the cut before. */
  cuts: atMost(100).default(1),
  /** σ of a Gaussian smoothing before the rule, as a share of the longer side. */
  smooth: z.number().min(0).max(0.25).default(0),
  /** Share of the map's maximum at which it is binarised. */
  threshold: z.number().min(0).max(1).default(0.15),
  comparison: z.enum(['>=', '>']).default('>='),
  connectivity: z.literal([4, 8]).default(8),
  /** What makes a component the largest: its pixel count or the area of its box. */
  largest: z.enum(['count', 'box-area']).default('count'),
};

/** A method's own choices: only what is written counts, the rest is the run's. */
const ownBox = section({
  rule: boxShape.rule.unwrap().optional(),
  /** `search`: what `bench alpha` found, from the file `localization.alphas`. */
  alpha: z
    .union([boxShape.alpha.unwrap(), z.literal('search')], { error: 'expected a number or search' })
    .optional(),
  /** How many held-out images α was found on; only printed. */
  alpha_images: positive.optional(),
  levels: boxShape.levels.unwrap().optional(),
  quantiles: boxShape.quantiles.unwrap().optional(),
  size: boxShape.size.unwrap().optional(),
  cuts: boxShape.cuts.unwrap().optional(),
  smooth: boxShape.smooth.unwrap().optional(),
  threshold: boxShape.threshold.unwrap().optional(),
  comparison: boxShape.comparison.unwrap().optional(),
  connectivity: boxShape.connectivity.unwrap().optional(),
  largest: boxShape.largest.unwrap().optional(),
});

export const localizationSchema = section({
  ...boxShape,
  /** A box is right when its intersection over union with a box of its class reaches this. */
  iou: z.number().gt(0).max(1).default(0.5),
  /** The k of the top-k errors. */
  top: z
    .array(positive)
    .min(1)
    .transform((list) => [...new Set(list)].sort((a, b) => a - b))
    .prefault([1, 5]),
  upsampling: z.enum(['bilinear', 'nearest']).default('bilinear'),
  /** Where thresholding and boxes happen: at the image's own size, or at the network's input size. */
  frame: z.enum(['image', 'input']).default('image'),
  /** What `bench alpha` found on held-out images, which the run then leaves out: for methods with `alpha: search`. */
  alphas: text.optional(),
  /** Side of the centre-box baseline as a share of the image's. */
  center_box: z.number().gt(0).max(1).default(0.7),
});

const method = z.union([
  text,
  section({
    name: text,
    layer: text.optional(),
    contrast: text.optional(),
    /** A box rule of its own. */
    box: ownBox.optional(),
    /** A network of its own for this method, e.g. one retrained with global average pooling for CAM. */
    model: partialModel.optional(),
  }),
]);
const methodList = z.array(method).min(1);

const bootstrapSchema = section({
  replicates: atMost(100_000).default(1000),
  seed: z.int().min(0).default(1),
});

const shared = {
  /** What is measured: an experiment that `bench list` shows, by its name or with keys of its own. */
  experiment: z
    .union([text, z.looseObject({ name: text })])
    .transform((given): { readonly name: string; readonly [option: string]: unknown } =>
      typeof given === 'string' ? { name: given } : given,
    )
    .prefault('localization'),
  /** What it takes to run this: a sentence per environment variable, shown when one is missing. */
  variables: z.record(z.string(), z.string()).default({}),
  dataset: datasetSchema,
  localization: localizationSchema.prefault({}),
  bootstrap: bootstrapSchema.prefault({}),
  /** An engine that `bench list` shows; `auto` is tfjs on a GPU where it can be, else onnxruntime. */
  engine: text.default('auto'),
  /** onnxruntime's execution provider: cpu, cuda, … */
  provider: text.optional(),
  /** Images that travel through the network together; changes speed, never a number. */
  batch: atMost(4096).default(8),
  threads: atMost(1024).optional(),
  /** Folder of the results; by default out/<name of the configuration> where the command runs. */
  output: text.optional(),
};

/** A configuration as written: `networks`, or `model` and `methods` for a single one. */
export const fileSchema = section({
  ...shared,
  model: partialModel.optional(),
  methods: methodList.optional(),
  networks: z
    .array(section({ name: text.optional(), model: partialModel.optional(), methods: methodList.optional() }))
    .min(1)
    .optional(),
});

const networkSchema = section({
  name: text,
  model: modelSchema,
  methods: z
    .array(
      section({
        name: text,
        layer: text.optional(),
        /** c-mwp: the input of the linear layer that is passed with W and −W. */
        contrast: text.optional(),
        box: ownBox.optional(),
      }),
    )
    .min(1),
});

/** A configuration as run: every network with its own complete model and methods. */
export const configSchema = section({ ...shared, networks: z.array(networkSchema).min(1) });

export type BenchConfig = z.output<typeof configSchema>;
export type NetworkConfig = BenchConfig['networks'][number];
export type InputConfig = z.output<typeof inputSchema>;
export type LocalizationConfig = z.output<typeof localizationSchema>;
export { inputSchema };
