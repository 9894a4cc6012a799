import { ConfigError } from '../base/errors.js';
import { factsOf } from '../cards/find.js';
import type { ExplanationRequest } from '../explainer/explainer.js';
import { refuseUnreadLayer } from '../explainer/file/explained-network.js';
import { createThreadedExplainer } from '../explainer/threaded-explainer.js';
import { resolveModel } from '../fetch/resolve.js';
import { chosenEngine } from '../run/engine-choice.js';
import { withChannels } from '../run/input-spec.js';
import { labelCount, outputLabels } from '../run/output-labels.js';
import { checkScore } from './checked-options.js';
import { expectedInput } from './expected-input.js';
import { labelsOf } from './labels-of.js';
import { LoadedModel } from './loaded-model.js';
import type { Model } from './model.js';
import type { LoadOptions } from './options.js';
import { pathOf } from './picture.js';
import { unlessAborted } from './signal.js';
import { throwDocumented } from './thread-end.js';

const DEFAULT_METHOD = 'grad-cam';

/**
 * Reads a network, compiles it with the methods and loads the result on a thread of its own. Nothing is written, unless
 * `cache` names a folder.
 * @param file path or file URL of an ONNX file, or the name of a network that `bench fetch` downloaded
 * @throws ModelError for a file that cannot be read or explained, ConfigError for options that do not fit, EngineError, the
 *   signal's reason
 */
export async function loadModel(file: string | URL, options: LoadOptions = {}): Promise<Model> {
  options.signal?.throwIfAborted();
  const loading = load(pathOf(file), options);
  return unlessAborted(loading, options.signal).catch((error: unknown) => {
    // Given up on: what is loaded later is closed at once.
    loading.then((model) => model.close()).catch(() => {});
    throw error;
  });
}

async function load(name: string, options: LoadOptions): Promise<Model> {
  const { methods = [DEFAULT_METHOD], top = 1, provider, threads, cache } = options;
  checkScore(options.score);
  const requests = methods.map((one) => requestOf(typeof one === 'string' ? { name: one } : one));
  refuseUnread(requests, options.layer);
  const path = resolveModel(name);
  const facts = factsOf(name, path);
  const input = expectedInput(path, facts, options);
  const card = facts.card?.card ?? {};
  const named = {
    ...(await labelsOf(options.labels, facts.card)),
    background: options.background ?? card.background ?? false,
  };
  const layer = options.layer ?? card.layer;
  const { engine, provider: taken } = await chosenEngine(options.engine ?? 'auto', provider);
  const explainer = await createThreadedExplainer({
    model: path,
    choice: {
      output: options.output ?? card.output,
      score: options.score ?? card.score,
      classes: labelCount(named),
    },
    requests,
    k: top,
    classes: 'top',
    input: { height: input.height, width: input.width },
    engine,
    ...(input.resize === 'short-side' ? { anySize: true } : {}),
    ...(layer === undefined ? {} : { layer }),
    ...(taken === undefined ? {} : { provider: taken }),
    ...(threads === undefined ? {} : { threads }),
    ...(cache === undefined ? {} : { cache }),
  }).catch(throwDocumented);
  try {
    const spec = withChannels(input, explainer.inputShape[0]);
    return new LoadedModel({ path, explainer, input: spec, labels: outputLabels(named, explainer) });
  } catch (error) {
    await explainer.close();
    throw error;
  }
}

/** A layer for all methods is read by those that name none themselves. */
function refuseUnread(requests: readonly ExplanationRequest[], layer: string | undefined): void {
  const open = requests.filter((request) => request.layer === undefined).map(({ method }) => method);
  if (open.length > 0) refuseUnreadLayer(open, layer, 'layer');
  else if (layer !== undefined) {
    throw new ConfigError(`layer ${layer}: each method names a layer of its own; leave it out`);
  }
}

function requestOf({
  name,
  layer,
}: {
  readonly name: string;
  readonly layer?: string | undefined;
}): ExplanationRequest {
  return { method: name, ...(layer === undefined ? {} : { layer }) };
}
