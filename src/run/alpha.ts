import pLimit from 'p-limit';
import { iou } from '../base/box.js';
import { ConfigError } from '../base/errors.js';
import type { LoadedConfig } from '../config/load.js';
import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/dataset.js';
import { openDataset } from '../datasets/registry.js';
import { ALPHAS, AlphaSearch } from '../eval/boxes/alpha-search.js';
import { frameExtent } from '../eval/boxes/box-of-map.js';
import { drawnMap } from '../eval/boxes/largest-box.js';
import { meanBox } from '../eval/boxes/mean-box.js';
import { NOTHING_PUBLISHED } from '../eval/published.js';
import { type ExplainedBatch, type Explainer, mapOf } from '../explainer/explainer.js';
import { createThreadedExplainer } from '../explainer/threaded-explainer.js';
import { boxOnImage } from '../images/geometry.js';
import { readPaperTable } from '../report/paper.js';
import { ahead } from './ahead.js';
import {
  alphaSettings,
  explainedOf,
  type FoundAlphas,
  type FoundRow,
  isSearched,
  smoothOf,
} from './alphas-file.js';
import { type Batch, batchStarts, type ImageGroup, type LoadedImage, loadBatch } from './batches.js';
import { type ClassMapping, checkClassCount, classMapping } from './class-mapping.js';
import { settleEngine } from './engine-choice.js';
import { explainerOptions } from './explainers.js';
import { hashFile } from './files.js';
import { inputSpec } from './input-spec.js';
import { checkPlan } from './plan.js';
import type { RunReporter } from './reporter.js';

const CONCURRENT_DECODES = 4;

/**
 * Searches α for every method with `alpha: search`, on held-out images: the one whose boxes, round the maps of the images'
 * *true* classes, are wrong least often. How well the network classifies plays no part.
 *
 * @param images path of the list of held-out ids
 * @throws ConfigError when nothing is to be searched, BenchError for what the user can mend
 */
export async function searchAlphas(
  asked: LoadedConfig,
  images: string,
  reporter: RunReporter,
): Promise<FoundAlphas> {
  const { loaded } = await settleEngine(asked);
  const { config } = loaded;
  const networks = config.networks.flatMap((network) => {
    const methods = network.methods.filter(isSearched);
    return methods.length === 0 ? [] : [{ ...network, methods }];
  });
  if (networks.length === 0) {
    throw new ConfigError(
      `${loaded.path}: no method asks for it; write { name: …, box: { rule: mean, alpha: search } }`,
    );
  }
  await checkPlan(config, [await readPaperTable(), NOTHING_PUBLISHED]);
  const dataset = await openDataset({ ...config.dataset, images });
  const found: FoundRow[] = [];
  for (const network of networks) found.push(...(await searchNetwork(network, config, dataset, reporter)));
  return { format: 1, settings: alphaSettings(config), tried: [...ALPHAS], found, images: [...dataset.ids] };
}

async function searchNetwork(
  network: NetworkConfig,
  config: BenchConfig,
  dataset: Dataset,
  reporter: RunReporter,
): Promise<FoundRow[]> {
  const { name, methods, model } = network;
  const mapping = await classMapping(network, dataset.classes);
  const { groups, networkClasses } = mapping;
  const explainer = await createThreadedExplainer({
    ...explainerOptions(network, config, networkClasses),
    k: 1,
    classes: 'given',
    ...(groups === undefined ? {} : { groups }),
  });
  const searches = methods.map(() => new AlphaSearch());
  try {
    checkClassCount(network, explainer.classCount, networkClasses);
    for (const note of explainer.notes) reporter.note(`network \`${name}\`: ${note}`);
    reporter.networkStarted(name, dataset.ids.length);
    const limit = pLimit(CONCURRENT_DECODES);
    const load = (start: number) =>
      loadBatch(
        dataset,
        dataset.ids.slice(start, start + config.batch),
        start,
        inputSpec(model.input, explainer.inputShape[0]),
        limit,
      );
    for await (const batch of ahead(batchStarts(dataset.ids.length, config.batch), load, 2)) {
      await takeIn(batch, { explainer, mapping }, network, config, searches);
      for (const entry of batch.entries) if ('message' in entry) reporter.failed(entry);
      reporter.advanced(batch.start + batch.entries.length);
    }
    reporter.networkFinished();
  } finally {
    await explainer.close();
  }
  const hash = await hashFile(model.onnx);
  return methods.map((method, i) => {
    const found = searches[i]!.found();
    if (found === undefined)
      throw new ConfigError('none of the held-out images has a true box to search α with');
    const { layer, contrast } = method;
    const at = {
      ...(layer === undefined ? {} : { layer }),
      ...(contrast === undefined ? {} : { contrast }),
    };
    return {
      network: name,
      model: hash,
      explained: explainedOf(model),
      method: method.name,
      ...at,
      smooth: smoothOf(method, config),
      ...found,
    };
  });
}

/** A network that is ready, and the classes of it that stand for the data set's. */
interface Compiled {
  readonly explainer: Explainer;
  readonly mapping: ClassMapping;
}

/** An image of several classes counts once for each that the network knows. */
async function takeIn(
  batch: Batch,
  compiled: Compiled,
  { methods }: NetworkConfig,
  config: BenchConfig,
  searches: readonly AlphaSearch[],
): Promise<void> {
  for (const group of batch.groups) {
    await takeInGroup(batch, group, compiled, methods, config, searches);
  }
}

async function takeInGroup(
  batch: Batch,
  { images, places, size }: ImageGroup,
  { explainer, mapping }: Compiled,
  methods: NetworkConfig['methods'],
  config: BenchConfig,
  searches: readonly AlphaSearch[],
): Promise<void> {
  const entries = places.map((place) => batch.entries[place]!);
  const labels = entries.map((entry) =>
    'sample' in entry && !entry.sample.blacklisted
      ? entry.sample.labels.filter((label) => mapping.members(label).length > 0)
      : [],
  );
  for (let turn = 0; turn < Math.max(...labels.map((list) => list.length)); turn++) {
    const ids = Int32Array.from(labels, ({ [turn]: label }) =>
      label === undefined ? 0 : mapping.idOf(label),
    );
    // The explainer takes its images away.
    const explained = await explainer.run(images.slice(), entries.length, ids, size);
    for (const [i, entry] of entries.entries()) {
      const label = labels[i]![turn];
      if (label === undefined || !('sample' in entry)) continue;
      for (const [row, method] of methods.entries()) {
        tryAll(
          searches[row]!,
          explained,
          row,
          i,
          entry,
          label,
          config.localization,
          smoothOf(method, config),
        );
      }
    }
  }
}

function tryAll(
  search: AlphaSearch,
  explained: ExplainedBatch,
  row: number,
  image: number,
  { sample, geometry }: LoadedImage,
  label: number,
  { upsampling, frame, iou: least }: BenchConfig['localization'],
  smooth: number,
): void {
  const truth = sample.objects.filter(({ classIndex }) => classIndex === label);
  if (truth.length === 0) return;
  const extent = frameExtent(geometry, { rule: 'mean', frame });
  const map = drawnMap(mapOf(explained, row, 1, image, 0), extent, { upsampling, smooth });
  search.add((alpha) => {
    const box = boxOnImage(meanBox(map, alpha), extent, geometry);
    return box !== undefined && truth.some((object) => iou(box, object.box) >= least);
  });
}
