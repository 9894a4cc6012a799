import { basename, dirname, join, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { madeConfig } from '../config/load.js';
import { FRAMES } from '../maps/card.js';
import { runBenchmark } from '../run/benchmark.js';
import type { Shard } from '../run/shard.js';
import {
  allowFailuresOption,
  freshOption,
  imageSides,
  limitOption,
  partialOption,
  setOption,
  shardedOption,
  talkOptions,
  UsageError,
  wholeNumber,
} from './arguments.js';
import { printResult } from './print-result.js';
import { progress } from './progress.js';
import { stoppable } from './signals.js';

interface Arguments {
  maps: string[];
  dataset: { readonly name: string; readonly root: string };
  labels: string | undefined;
  images: string | undefined;
  limit: number | undefined;
  experiment: string;
  frame: (typeof FRAMES)[number] | undefined;
  size: readonly [number, number] | undefined;
  resize: string | undefined;
  partial: boolean;
  out: string | undefined;
  overlays: number;
  set: string[];
  batch: number | undefined;
  fresh: boolean;
  shard: Shard | undefined;
  allowFailures: boolean;
  quiet: boolean;
  verbose: boolean;
}

const [TRUTH, MAPS, RESULTS] = ['Ground truth:', 'The maps:', 'Results:'];

export const judgeCommand: CommandModule<object, Arguments> = {
  command: 'judge <maps..>',
  describe: 'judge maps that were made elsewhere: a folder for each maker',
  builder: (yargs) =>
    yargs
      .positional('maps', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'folders with <id>.npz, <id>.npy or <id>.<class>.png; a folder is called by its name',
      })
      .option('dataset', {
        type: 'string',
        demandOption: true,
        group: TRUTH,
        coerce: datasetOption,
        describe: 'NAME:FOLDER, a data set that bench list shows and where it is: imagenet:/data/imagenet',
      })
      .option('labels', {
        type: 'string',
        group: TRUTH,
        describe: "a file that names the classes in the maps' order [default: the data set's]",
      })
      .option('images', {
        type: 'string',
        group: TRUTH,
        describe: 'a text file with one image id a line [default: all images]',
      })
      .option('limit', { ...limitOption, group: TRUTH })
      .option('experiment', {
        type: 'string',
        group: RESULTS,
        default: 'localization',
        describe: 'one that needs maps alone: localization, wsol, pointing, segmentation, failure-analysis',
      })
      .option('frame', {
        choices: FRAMES,
        group: MAPS,
        describe: "what a map covers: the whole image, or the network's input [default: maps.json, or image]",
      })
      .option('size', {
        type: 'string',
        coerce: imageSides('size'),
        group: MAPS,
        describe: "the network's input, N or HEIGHTxWIDTH [default: maps.json, or 224]",
      })
      .option('resize', {
        choices: ['warp', 'crop', 'short-side'] as const,
        group: MAPS,
        describe: 'how an image became the input [default: maps.json, or warp]',
      })
      .option('partial', { ...partialOption, group: MAPS })
      .option('out', {
        type: 'string',
        group: RESULTS,
        describe: 'folder of the results [default: out/judge-<name of the first folder>]',
      })
      .option('overlays', {
        type: 'number',
        group: RESULTS,
        coerce: wholeNumber('overlays', 0),
        default: 0,
        describe: 'write the maps over the first N images of every folder',
      })
      .option('set', {
        ...setOption('a key of the configuration: localization.iou=0.7, may be repeated'),
        group: RESULTS,
      })
      .option('batch', {
        type: 'number',
        coerce: wholeNumber('batch', 1),
        group: RESULTS,
        describe: 'images that are read together; changes no number',
      })
      .option('fresh', { ...freshOption, group: RESULTS })
      .option('shard', { ...shardedOption, group: RESULTS })
      .option('allow-failures', { ...allowFailuresOption, group: RESULTS })
      .options(talkOptions) as never,
  handler: async (args) => {
    const name = `judge-${basename(resolve(args.maps[0]!))}`;
    const loaded = madeConfig(name, documentOf(args), process.cwd(), { set: args.set });
    const out = args.out ?? loaded.config.output ?? join('out', name);
    const { overlays, fresh, shard } = args;
    await stoppable(async (stop) => {
      const options = { loaded, out, overlays, fresh, shard, reporter: progress(args), stop };
      const result = await runBenchmark(options);
      if (result !== undefined) printResult(result, args.allowFailures);
    });
  },
};

/** For yargs' `coerce`: `imagenet:/data`. */
function datasetOption(value: unknown): Arguments['dataset'] {
  const [, name, root] = /^([a-z][\w-]*):(.+)$/.exec(String(value)) ?? [];
  if (name !== undefined && root !== undefined) return { name, root };
  throw new UsageError(
    `--dataset: expected NAME:FOLDER such as imagenet:/data/imagenet, got ${String(value)}`,
  );
}

/** The configuration that the options stand for. */
function documentOf(args: Arguments) {
  const { dataset, labels, images, limit, experiment, frame, size, resize, partial, batch } = args;
  const given = (section: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined));
  const names = namesOf(args.maps);
  return {
    experiment,
    dataset: { ...dataset, ...given({ classes: labels, images: images && resolve(images), limit }) },
    ...given({ batch }),
    networks: args.maps.map((folder, i) => ({
      ...(names[i] === undefined ? {} : { name: names[i] }),
      maps: { folder, ...given({ frame, partial: partial || undefined }) },
      model: { input: given({ size: size && [...size], resize }) },
    })),
  };
}

/** Folders of one name are told apart by the folders that they are in; others have the name that they say, or their own. */
function namesOf(folders: readonly string[]): readonly (string | undefined)[] {
  const last = folders.map((folder) => basename(resolve(folder)));
  return folders.map((folder, i) => {
    if (last.filter((one) => one === last[i]).length === 1) return undefined;
    return `${basename(dirname(resolve(folder)))}/${last[i]}`;
  });
}
