import { z } from 'zod';
import { ownBoxSchema, writtenBox } from './box-rule.js';
import { datasetSchema } from './dataset.js';
import { localizationSchema, writtenLocalization } from './localization.js';
import { mapsSchema } from './maps.js';
import { givenModel, type inputSchema, partialModel } from './model.js';
import { section } from './section.js';
import { atMost, text } from './values.js';

/*
 * The keys of a configuration. Each key's type, default and description stand in one place: here, or in the file of its
 * section. docs/configuration.md is made from them (`npm run docs`).
 */

/** What a required key is for. It is quoted if the key, or a variable in it, is missing. */
export const purposes: Readonly<Record<string, string>> = {
  'model.onnx': 'the network as an ONNX file',
  'maps.folder': 'the folder of the maps',
  'dataset.name': 'a data set that `bench list` shows',
  'dataset.root': 'the folder of the data set',
  'dataset.images': 'a text file with one image id a line',
  'dataset.classes': 'a file that names the classes',
};

const methodShape = {
  name: text.describe('A method that `bench list` shows ([methods.md](methods.md)).'),
  layer: text.optional().meta({
    description: 'The layer that this method reads.',
    unset: '`model.layer`, or a default of its own',
  }),
  contrast: text.optional().meta({
    description:
      'c-mwp: the input of the linear layer that is passed with W and −W ([methods.md](methods.md)).',
    unset: 'found',
  }),
  folder: text.optional().meta({
    description: 'With `maps`: the subfolder of this method ([judge.md](judge.md)).',
    unset: 'the folder itself, or of several methods each name',
  }),
};

const method = z.union([
  text,
  section({
    ...methodShape,
    box: writtenBox.optional().meta({
      description:
        "A box rule of the method's own: `rule` and the keys of that rule. Keys that it leaves out are the run's.",
      type: 'section',
      unset: "the run's",
    }),
    model: partialModel.optional().meta({
      description: 'A network of its own for this method, for example one that was retrained for CAM.',
      type: 'section',
      unset: 'the network of the list',
    }),
  }),
]);
const methodList = z.array(method).min(1);

export const bootstrapSchema = section({
  replicates: atMost(100_000).default(1000).describe('Number of bootstrap replicates of each 95 % interval.'),
  seed: z.int().min(0).default(1).describe('Seed of the replicates.'),
});

const shared = {
  experiment: z
    .union([text, z.looseObject({ name: text })])
    .transform((value): { readonly name: string; readonly [option: string]: unknown } =>
      typeof value === 'string' ? { name: value } : value,
    )
    .prefault('localization')
    .meta({
      description:
        'The experiment that is run: a name that `bench list` shows, or `{ name, … }` with keys of the experiment ([experiments.md](experiments.md)).',
      type: 'text or section',
    }),
  variables: z.record(z.string(), z.string()).default({}).meta({
    description:
      'For each environment variable, a sentence on what it should hold. It is shown if the variable is missing.',
    type: 'texts by name',
    unset: 'none',
  }),
  dataset: datasetSchema,
  bootstrap: bootstrapSchema.prefault({}),
  engine: text
    .default('auto')
    .describe(
      'The engine: `onnxruntime`, `tfjs`, `tfjs:wasm`, … ([engines.md](engines.md)). `auto` is tfjs-node-gpu if it finds a GPU, and onnxruntime otherwise.',
    ),
  provider: text.optional().meta({
    description: "onnxruntime's execution provider: `cuda`, `coreml`, … if `bench list` shows it.",
    unset: '`cpu`',
  }),
  batch: atMost(4096)
    .default(8)
    .describe(
      'Images that are read, journaled and evaluated together, and run together or in [parts](engines.md#batches-in-parts). It changes the speed and no byte of the CSV files.',
    ),
  threads: atMost(1024)
    .optional()
    .meta({ description: 'Threads within one operator.', unset: "the engine's" }),
  output: text.optional().meta({
    description: 'Folder of the results. `--out` overrides it.',
    unset: '`out/<name of the file>`, where the command runs',
  }),
};

/** A configuration as written: `networks`, or `model` and `methods` for a single one. */
export const fileSchema = section({
  ...shared,
  localization: writtenLocalization.optional(),
  model: partialModel.optional(),
  methods: methodList.optional(),
  networks: z
    .array(
      section({
        name: text.optional(),
        maps: mapsSchema.optional(),
        model: partialModel.optional(),
        methods: methodList.optional(),
      }),
    )
    .min(1)
    .optional(),
});

const methodSchema = section({ ...methodShape, box: ownBoxSchema.optional() });

/** A network that runs has a model; one of maps has a folder. */
const networkSchema = section({
  name: text,
  model: givenModel,
  maps: mapsSchema.optional(),
  methods: z.array(methodSchema).min(1),
}).superRefine(({ maps, model }, context) => {
  if (maps !== undefined || model.onnx !== undefined) return;
  context.addIssue({ code: 'invalid_type', expected: 'string', path: ['model', 'onnx'] });
});

/** A configuration as run: each network has its complete model and methods, each method's own box rule is complete. */
export const configSchema = section({
  ...shared,
  localization: localizationSchema.prefault({}),
  networks: z.array(networkSchema).min(1),
});

export type BenchConfig = z.output<typeof configSchema>;
export type NetworkConfig = BenchConfig['networks'][number];
export type MethodConfig = NetworkConfig['methods'][number];
export type InputConfig = z.output<typeof inputSchema>;
export type LocalizationConfig = BenchConfig['localization'];
