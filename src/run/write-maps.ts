import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { BenchError, ConfigError } from '../base/errors.js';
import { isFile } from '../base/read-file.js';
import type { LoadedConfig } from '../config/load.js';
import type { BenchConfig } from '../config/schema.js';
import type { ExplainedClass, ExplainedImage } from '../eval/experiment.js';
import { distinctWords } from '../eval/file-word.js';
import { withMapsAlone } from '../experiments/registry.js';
import { freePlace } from '../lock/place.js';
import { MAPS_CARD, type MapsCard, readMapsCard } from '../maps/card.js';
import { writeNpy } from '../maps/npy.js';
import { writeNpz } from '../maps/npz.js';
import { cardOf, firstOnes, judgeConfig, methodFolders } from './beside-maps.js';
import { type CompiledNetwork, firstRunning } from './data-classes.js';
import { noteEngine } from './engine-choice.js';
import { noteExplainers, withExplainers } from './explainers.js';
import { makeFolder, writeAtomically } from './files.js';
import { inputNotes } from './input-notes.js';
import { runNetwork } from './network.js';
import { networkRun } from './network-basis.js';
import type { RunReporter } from './reporter.js';
import { openRun, type RunInput } from './run-input.js';
import { RunStopped } from './run-stopped.js';
import { type Shard, shardRange, WHOLE } from './shard.js';

/** The configuration that judges the maps, beside them. */
export const JUDGE_CONFIG = 'judge.yaml';

interface WriteMapsOptions {
  readonly loaded: LoadedConfig;
  /** A folder for each network is made in it, and in that one for each method. */
  readonly out: string;
  readonly reporter: RunReporter;
  readonly shard?: Shard | undefined;
  /** Once aborted, the batch at work is finished, and RunStopped thrown. */
  readonly stop?: AbortSignal | undefined;
}

/** What was written, network by network. */
export interface WrittenMaps {
  readonly network: string;
  readonly folder: string;
  readonly images: number;
  /** Images whose maps were there already. */
  readonly before: number;
  readonly failed: number;
}

/**
 * Runs the networks of a configuration and writes the maps that its experiment asks for into files, and the configuration that judges
 * them. Images whose files are there already are not done again.
 * @throws BenchError for what the user can mend, RunStopped
 */
export async function writeMaps(options: WriteMapsOptions): Promise<readonly WrittenMaps[]> {
  const { loaded: own, out, reporter, shard = WHOLE, stop } = options;
  refuseMaps(own.config);
  const input = await openRun({ ...own, config: withMapsAlone(own.config) }, shard);
  for (const note of [...input.notes, ...inputNotes(input.loaded)]) reporter.note(note);
  const { config } = input.loaded;
  const { networks } = config;
  await makeFolder(out);
  return withExplainers(
    config,
    networks,
    input.dataset,
    input.experiment.needs,
    reporter,
    async (compiled) => {
      noteExplainers(networks, compiled, reporter);
      noteEngine(config, firstRunning(compiled), input.passedOver, reporter);
      const words = distinctWords(networks.map(({ name }) => name));
      const written: WrittenMaps[] = [];
      for (const [index, one] of compiled.entries()) {
        if (stop?.aborted) break;
        written.push(await writeNetwork(options, input, index, one, join(out, words[index]!)));
      }
      await writeAtomically(join(out, JUDGE_CONFIG), judgeConfig(config, compiled, words));
      if (stop?.aborted)
        throw new RunStopped(`stopped: the maps so far are in ${out}; the same command goes on`);
      return written;
    },
  );
}

function refuseMaps({ networks }: BenchConfig): void {
  const maps = networks.find((network) => network.maps !== undefined);
  if (maps === undefined) return;
  throw new ConfigError(`network \`${maps.name}\` is a folder of maps already`);
}

async function writeNetwork(
  { reporter, shard = WHOLE, stop }: WriteMapsOptions,
  input: RunInput,
  index: number,
  compiled: CompiledNetwork,
  folder: string,
): Promise<WrittenMaps> {
  const { loaded, dataset, ids, experiment } = input;
  const { config } = loaded;
  const network = config.networks[index]!;
  const folders = firstOnes(methodFolders(network)).map((one) => ({
    ...one,
    path: join(folder, one.folder),
  }));
  for (const { path } of folders) await mkdir(path, { recursive: true });
  await keepCard(folder, cardOf(input, index, compiled));
  const { from, to } = shardRange(shard, ids.length);
  const positions: number[] = [];
  for (let at = from; at < to; at++) {
    const there = await Promise.all(folders.map(({ path }) => isFile(join(path, `${ids[at]}.npz`))));
    if (there.includes(false)) positions.push(at);
  }
  let failed = 0;
  const place = freePlace();
  reporter.networkStarted(network.name, positions.length);
  await runNetwork({
    ...networkRun({ config, dataset, ids }, experiment.needs, index, compiled),
    positions,
    batch: config.batch,
    stop,
    onImage: async (_position, { sample }, image) => {
      for (const { output, path } of folders) {
        const file = join(path, `${sample.id}.npz`);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(place.staged(file), archiveOf(image, output));
        await place.publish(file);
      }
    },
    onFailure: (_position, failure) => {
      failed++;
      reporter.failed(failure);
    },
    onBatch: (done) => reporter.advanced(done),
  });
  reporter.networkFinished();
  return {
    network: network.name,
    folder,
    images: positions.length - failed,
    before: to - from - positions.length,
    failed,
  };
}

/** An image's classes: the guesses, best first, then the classes that the truth names and no guess does. */
function classesOf({ top, given }: ExplainedImage): readonly ExplainedClass[] {
  const guessed = new Set(top.map(({ classIndex }) => classIndex));
  return [...top, ...given.filter(({ classIndex }) => !guessed.has(classIndex))];
}

function archiveOf(image: ExplainedImage, output: number): Uint8Array {
  const classes = classesOf(image);
  const maps = classes.map(({ map }) => map(output));
  const { width = 1, height = 1 } = maps[0] ?? {};
  const values = new Float32Array(maps.length * width * height);
  maps.forEach(({ data }, j) => {
    values.set(data, j * width * height);
  });
  const count = [classes.length];
  // A class that the data set does not have has no probability there, and none is asked for.
  const probability = ({ classIndex }: ExplainedClass) =>
    classIndex < 0 ? 0 : image.scores.probability(classIndex);
  return writeNpz({
    maps: writeNpy(values, [maps.length, height, width]),
    classes: writeNpy(
      Int32Array.from(classes, ({ classIndex }) => classIndex),
      count,
    ),
    scores: writeNpy(
      Float32Array.from(classes, ({ score }) => score),
      count,
    ),
    probabilities: writeNpy(Float64Array.from(classes, probability), count),
  });
}

/** @throws BenchError where the folder has maps of something else */
async function keepCard(folder: string, card: MapsCard): Promise<void> {
  const text = `${JSON.stringify(card, null, 2)}\n`;
  const before = readMapsCard(folder);
  if (before !== undefined && !isDeepStrictEqual(before, JSON.parse(text))) {
    throw new BenchError(
      `${join(folder, MAPS_CARD)}: maps of another model, program or configuration; choose another --out`,
    );
  }
  await writeAtomically(join(folder, MAPS_CARD), text);
}
