import { ModelError } from '../base/errors.js';
import type { Size } from '../base/size.js';
import type { Graph } from '../onnx/graph.js';
import { meansChannelsFirst } from './channels-last-means.js';
import { foldBatchNorms } from './fold-batch-norm.js';
import { fullyConvolutional } from './fully-convolutional.js';
import { layerNamed } from './layers.js';
import { channelsFirst } from './layout.js';
import { withoutDead } from './live.js';
import { LOWERED_OPSET, lower } from './lower.js';
import { chooseOutput } from './outputs.js';
import { inFloat32 } from './precision.js';
import type { Network, ScoreChoice } from './prepared-network.js';
import { type Probed, probe, probeOne } from './probe.js';
import { findScores } from './scores/find.js';
import type { ScoreKind } from './scores/score.js';
import { meanOfPlanes } from './segmenter.js';

/**
 * Prepares an image classifier for explanation.
 * @param size input size in pixels; needed where the model leaves it open, must agree where it does not
 * @throws ModelError when the model is not an image classifier or uses an operator that is not supported
 */
export function prepare(graph: Graph, size?: Size, choice: ScoreChoice = {}): Network {
  const ready = (one: Graph) => readyForImages(one, size);
  const chosen = chooseOutput(inFloat32(graph), choice, ready);
  const segmenter = choice.planes ? meanOfPlanes(chosen) : undefined;
  const { graph: first, inputShape, exported } = ready(segmenter?.graph ?? chosen);
  const network = prepareFor(first, inputShape, exported, choice);
  return segmenter === undefined ? network : { ...network, planes: layerNamed(network, segmenter.planes) };
}

/** The part of a model that its scores need. @throws ModelError */
export function scoresOnly(graph: Graph, size?: Size, choice: ScoreChoice = {}): Graph {
  return chooseOutput(inFloat32(graph), choice, (one) => readyForImages(one, size));
}

function readyForImages(graph: Graph, size: Size | undefined) {
  const first = channelsFirst(graph);
  return { graph: first, ...inputOf(first, size, graph.inputs[0]?.shape ?? []) };
}

/**
 * Prepares a classifier of anything, with one output.
 * @param inputShape shape of one example, without the batch axis
 * @param exported the batch size written into the model, when it was exported with a fixed one
 * @throws ModelError
 */
export function prepareFor(
  graph: Graph,
  inputShape: readonly number[],
  exported?: number,
  { score = 'logit' }: ScoreChoice = {},
): Network {
  if (graph.inputs[0] === undefined)
    throw new ModelError('the model has no input; an image classifier has one');
  try {
    return networkOf(graph, inputShape, probe(graph, inputShape, exported), score);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    // Exported for one image, and it holds to it inside: then it is given one image at a time.
    const { network, refused } = ofOneImage(graph, inputShape, score);
    if (network !== undefined) return network;
    // Sizes in what is said are those of the file: a batch of one where that is written in it.
    throw exported === 1 ? refused : error;
  }
}

function ofOneImage(graph: Graph, inputShape: readonly number[], score: ScoreKind) {
  try {
    return { network: networkOf(graph, inputShape, probeOne(graph, inputShape), score) };
  } catch (refused) {
    if (!(refused instanceof ModelError)) throw refused;
    return { refused };
  }
}

function networkOf(graph: Graph, inputShape: readonly number[], probed: Probed, kind: ScoreKind): Network {
  const { name } = graph.inputs[0]!;
  const lowered = meansChannelsFirst(lower(graph, probed));
  const scored = findScores(lowered, name, kind);
  const folded = foldBatchNorms(scored.nodes, scored.constants, scored.logits);
  const live = withoutDead(folded.nodes, folded.constants, [scored.logits]);
  const values = new Set([name, ...live.nodes.flatMap(({ outputs }) => outputs)]);
  return {
    graph: {
      name: graph.name,
      opset: LOWERED_OPSET,
      inputs: [{ name, dtype: 'float32', shape: ['N', ...inputShape] }],
      outputs: [{ name: scored.logits, dtype: 'float32', shape: ['N', scored.classCount] }],
      ...live,
    },
    input: name,
    inputShape,
    logits: scored.logits,
    classCount: scored.classCount,
    score: scored.score,
    anyBatch: probed.anyBatch,
    types: scored.types,
    // A convolution's own output is gone once its batch normalisation is folded into it.
    names: new Map([...lowered.names].filter(([, value]) => values.has(value))),
  };
}

/**
 * The same for images of any size, whatever the model was exported for: a network that ends in fully connected layers is
 * made fully convolutional (fully-convolutional.ts), its score the mean over the positions.
 * @param nominal the size that its fully connected layers were made for
 * @throws ModelError when the network fits one size only
 */
export function prepareAnySize(graph: Graph, nominal: Size, size: Size, choice: ScoreChoice = {}): Network {
  const opened = openSize(channelsFirst(scoresOnly(graph, nominal, choice)));
  const base = prepare(opened, nominal, { ...choice, score: 'logit' });
  const convolutional = fullyConvolutional(base);
  if (convolutional === undefined) return prepare(opened, size, choice);
  if (choice.score !== undefined && choice.score !== 'logit') {
    throw new ModelError(
      `made fully convolutional, the network has a logit for each class and nothing else: set model.score: logit, or input.resize: warp or crop`,
    );
  }
  const network = prepare(openSize(convolutional.graph), size);
  const names = [...base.names].filter(([, value]) => network.types.has(value));
  return {
    ...network,
    score: base.score,
    names: new Map([...names, ...network.names]),
    head: convolutional.head,
  };
}

function openSize(graph: Graph): Graph {
  const [input, ...others] = graph.inputs;
  if (input?.shape.length !== 4) return graph;
  const [batch, channels] = input.shape;
  return { ...graph, inputs: [{ ...input, shape: [batch!, channels!, 'height', 'width'] }, ...others] };
}

/** What to do about an input that is no picture in float32. */
function adviceFor(dtype: string): string {
  if (dtype === 'uint8' || dtype === 'int8')
    return 'expected float32 [N,3,height,width], or [N,1,height,width] for grey pictures: a gradient needs real numbers, so export the network without its conversion from bytes, and set input.scale, mean and std';
  return 'expected float32 [N,3,height,width], or [N,1,height,width] for grey pictures';
}

/** @param shapeInFile of the input, before the channels were brought to the front */
function inputOf(graph: Graph, size: Size | undefined, shapeInFile: readonly (number | string)[]) {
  const input = graph.inputs[0];
  const [output] = graph.outputs;
  if (input === undefined && output !== undefined)
    throw new ModelError(`the model is not a classifier: its output \`${output.name}\` depends on no input`);
  if (graph.inputs.length !== 1 || input === undefined) {
    throw new ModelError(
      `the model has ${graph.inputs.length} inputs (${graph.inputs.map(({ name }) => name).join(', ')}); an image classifier has one`,
    );
  }
  const [batch, channels, height, width] = input.shape;
  const known = typeof channels === 'number' ? channels : 3;
  if (input.shape.length !== 4 || input.dtype !== 'float32' || (known !== 3 && known !== 1)) {
    throw new ModelError(
      `the model's input \`${input.name}\` is ${input.dtype} [${shapeInFile.join(',')}]; ${adviceFor(input.dtype)}`,
    );
  }
  const resolve = (declared: number | string | undefined, wanted: number | undefined, what: string) => {
    if (typeof declared === 'number' && wanted !== undefined && declared !== wanted) {
      throw new ModelError(
        `the model's input ${what} is ${declared}, ${wanted} is asked for: set input.size (--size of bench explain)`,
      );
    }
    const value = typeof declared === 'number' ? declared : wanted;
    if (value === undefined)
      throw new ModelError(`the model leaves its input ${what} open: give it as input.size`);
    return value;
  };
  const inputShape = [
    known,
    resolve(height, size?.height, 'height'),
    resolve(width, size?.width, 'width'),
  ] as const;
  return { inputShape, exported: typeof batch === 'number' ? batch : undefined };
}
