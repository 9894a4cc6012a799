import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { ClassInfo } from '../../base/sample.js';
import type { LoadedConfig } from '../../config/load.js';
import { modelFile } from '../../config/model-file.js';
import type { BenchConfig } from '../../config/schema.js';
import type { Dataset } from '../../datasets/dataset.js';
import type { DataLabel, OutputName, ReadingOutput } from '../../eval/experiment.js';
import { usesGrabCut } from '../../experiments/localization/boxes.js';
import { dataLabel } from '../data-label.js';
import { hashFile, hashText } from '../files.js';
import { mapsIdentity } from '../maps-identity.js';
import type { Shard } from '../shard.js';
import { codeHash, versions } from '../versions.js';

/** What a run is: two runs that agree in this, but for what may change, give the same results. */
export interface RunIdentity {
  readonly config: BenchConfig;
  /** Versions of what can change a number, and the hash of this program's code. */
  readonly program: Readonly<Record<string, string>>;
  readonly data: DataLabel & {
    readonly provenance: Dataset['provenance'];
    /** In the whole run, whatever the shard. */
    readonly images: number;
    readonly classes: number;
    readonly sha256_of_list: string;
    readonly sha256_of_classes: string;
    /** Of the one file that holds all annotations, for data whose owner may change it between two runs. */
    readonly sha256_of_annotations?: string;
  };
  /** One per network. */
  readonly models: readonly {
    readonly bytes: number;
    readonly sha256: string;
    /** Of the file that maps its classes to the data set's, when there is one. */
    readonly sha256_of_mapping?: string;
  }[];
  readonly shard: Shard;
}

/** The journal's first record. */
export interface JournalHeader extends RunIdentity {
  /** Version of the format. */
  readonly journal: 2;
  /** Name of the configuration. */
  readonly name: string;
  /** The data set's, in its order: what reports name classes by. */
  readonly classes: readonly ClassInfo[];
  /** One per network: what is explained, its maps, and what else was read of it. */
  readonly networks: readonly {
    readonly score: { readonly kind: string; readonly text: string; readonly note?: string };
    readonly outputs: readonly OutputName[];
    readonly readings?: readonly ReadingOutput[];
  }[];
}

/** @param heldOut images of the data set that are left out, because α was searched on them */
export async function runIdentity(
  { config }: LoadedConfig,
  dataset: Dataset,
  ids: readonly string[],
  shard: Shard,
  heldOut = 0,
): Promise<RunIdentity> {
  const models = await Promise.all(
    config.networks.map(async (network) => {
      if (network.maps !== undefined) return mapsIdentity(network, dataset, ids);
      const { model } = network;
      const file = modelFile(network);
      // First, as it says in words what is wrong with a file.
      const sha256 = await hashFile(file);
      return {
        bytes: (await stat(file)).size,
        sha256,
        ...(model.mapping === undefined ? {} : { sha256_of_mapping: await hashFile(model.mapping) }),
      };
    }),
  );
  const list = createHash('sha256');
  for (const id of ids) list.update(`${id}\n`);
  return {
    config,
    program: { ...(await versions(config.engine, usesGrabCut(config))), code: await codeHash() },
    data: {
      ...dataLabel(dataset, ids.length, heldOut),
      provenance: dataset.provenance,
      images: ids.length,
      classes: dataset.classes.length,
      sha256_of_list: list.digest('hex'),
      ...(dataset.annotations === undefined
        ? {}
        : { sha256_of_annotations: await hashFile(dataset.annotations) }),
      sha256_of_classes: hashText(JSON.stringify(dataset.classes.map(({ id, name }) => [id, name]))),
    },
    models,
    shard,
  };
}

/** What may differ: speed, places and words. Files count by their hashes, not by their paths. */
function comparable({ config, program, data, models, shard }: RunIdentity): unknown {
  const { batch: _batch, threads: _threads, output: _output, variables: _variables, ...rest } = config;
  const { root: _root, images: _images, classes: _classes, ...dataset } = rest.dataset;
  const networks = rest.networks.map(
    ({ model: { onnx: _onnx, mapping: _mapping, ...model }, maps, ...network }) => ({
      ...network,
      ...(maps === undefined ? {} : { maps: { ...maps, folder: undefined } }),
      model,
    }),
  );
  return { config: { ...rest, dataset, networks }, program, data, models, shard };
}

function leaves(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) leaves(inner, path ? `${path}.${key}` : key, into);
  } else if (value !== undefined) into.set(path, String(value));
  return into;
}

/** SHA-256 of what must agree between two runs: the same for two exactly when `difference` finds nothing. */
export function fingerprint(identity: RunIdentity): string {
  // Through JSON, as `difference` compares: a key without a value is no key.
  const lines = [...leaves(comparable(identity), '', new Map())].map(([key, value]) => `${key}=${value}`);
  return hashText(JSON.stringify(lines.sort()));
}

const shortened = (value: string | undefined) => {
  if (value === undefined) return 'nothing';
  return /^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 12)}…` : value;
};

const LISTED = 6;

/**
 * What differs between two runs, in words: `localization.threshold was 0.3, is 0.5`.
 * @returns undefined when they agree
 */
export function difference(was: RunIdentity, is: RunIdentity): string | undefined {
  // Through JSON, as the journal's went: a key without a value is no key.
  const before = leaves(comparable(was), '', new Map());
  const after = leaves(comparable(is), '', new Map());
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const differing = keys.filter((key) => before.get(key) !== after.get(key));
  // What the user wrote comes before what follows from it.
  const isWritten = (key: string) => key.startsWith('config.');
  const changed = [...differing.filter(isWritten), ...differing.filter((key) => !isWritten(key))];
  if (changed.length === 0) return undefined;
  const words = changed.slice(0, LISTED).map((key) => {
    const name = key.replace(/^config\./, '').replace(/^models\.(\d+)/, (_, i) => {
      return `model ${is.config.networks[Number(i)]?.name ?? was.config.networks[Number(i)]?.name}`;
    });
    return `${name} was ${shortened(before.get(key))}, is ${shortened(after.get(key))}`;
  });
  const more = changed.length > LISTED ? [`and ${changed.length - LISTED} more`] : [];
  return [...words, ...more].join('; ');
}
