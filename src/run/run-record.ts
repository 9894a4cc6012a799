import { usedSettings } from '../experiments/registry.js';
import type { Failure } from './batches.js';
import type { JournalHeader } from './journal/header.js';
import { recordedNetworks } from './journal/recorded-networks.js';
import type { Timings } from './network.js';

/* What run.json and times.json say of a run. */

export interface NetworkReport {
  readonly name: string;
  /** Seconds. */
  readonly timings: Timings;
  /** Share of the wall time in which the network was not at work, 0…1. */
  readonly shareOutside: number;
  readonly imagesPerSecond: number;
  readonly scaled: number;
  readonly failures: readonly Failure[];
  /** Images that counted as wrong because maps are missing; of networks whose maps are in files. */
  readonly missing: readonly Failure[];
  /** Images that were left out, or classes of them, because maps are missing. */
  readonly leftOut: readonly Failure[];
}

/** What the journals say of a network's images. */
export interface NetworkSummary {
  readonly failures: readonly Failure[];
  readonly missing: readonly Failure[];
  readonly leftOut: readonly Failure[];
  readonly scaled: number;
  readonly truth: string;
}

/** run.json. */
export function runRecord(header: JournalHeader, summaries: readonly NetworkSummary[], failed: number) {
  const { label, provenance, images, classes, sha256_of_list } = header.data;
  const rows = recordedNetworks(header);
  return {
    config: { name: header.name, ...usedSettings(header.config) },
    versions: header.program,
    data: { label, provenance, images, classes, sha256_of_list },
    networks: summaries.map(({ truth, scaled, failures, missing, leftOut }, n) => ({
      name: header.config.networks[n]!.name,
      model: header.models[n],
      score: rows[n]!.score,
      outputs: rows[n]!.outputs,
      readings: rows[n]!.readings?.map(({ reading, layer, shape }) => ({ reading, layer, shape })),
      sha256_of_truth: truth,
      images_with_scaled_boxes: scaled,
      failures,
      ...(header.config.networks[n]!.maps === undefined ? {} : { missing_maps: missing, left_out: leftOut }),
    })),
    failed_images: failed,
  };
}

/** An entry of times.json. */
export function timesRecord({ name, timings, shareOutside, imagesPerSecond }: NetworkReport) {
  return {
    network: name,
    seconds: timings,
    share_outside_network: shareOutside,
    images_per_second: imagesPerSecond,
  };
}
