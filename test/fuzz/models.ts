import type { Graph } from '../../src/onnx/graph.js';
import { type Draft, type DraftNode, draftOf, fileOf, nodesOf, tensorsOf } from '../onnx/draft.js';
import { damaged, oneOf, type Pick } from './bytes.js';
import { editAttribute, editTensor, INTS, small, someAttribute } from './values.js';

const OPERATORS =
  'Conv Gemm MatMul MaxPool AveragePool GlobalAveragePool GlobalMaxPool ReduceMean ReduceSum ReduceMax Concat Flatten Reshape Squeeze Unsqueeze Transpose Pad Slice Split Gather Expand Cast Shape Where BatchNormalization LayerNormalization InstanceNormalization Dropout Relu Clip LeakyRelu PRelu Elu Sigmoid Tanh HardSwish HardSigmoid Softplus Gelu Erf Sqrt Exp Log Neg Abs Identity LRN Softmax LogSoftmax Add Sub Mul Div Pow Sum Min Max Mod Equal Greater Less And Not Constant ConstantOfShape Range ReduceProd Resize Upsample ConvTranspose TopK Foo toString __proto__ Loop'.split(
    ' ',
  );

/** A model file as nobody exports it: fields changed by their meaning, bytes by none, or both. */
export function mutatedModel(graph: Graph, pick: Pick): Buffer {
  const draft = draftOf(graph);
  if (pick(4) !== 0) for (let times = 1 + pick(3); times > 0; times--) editModel(draft, pick);
  const file = fileOf(draft);
  return pick(4) === 0 ? damaged(file, pick) : file;
}

function editModel(draft: Draft, pick: Pick): void {
  const nodes = nodesOf(draft);
  const tensors = tensorsOf(draft);
  const node = nodes.length > 0 ? oneOf(pick, nodes) : undefined;
  const kind = pick(16);
  if (kind < 7 && node !== undefined) editNode(draft, node, pick);
  else if (kind < 10 && tensors.length > 0) editTensor(oneOf(pick, tensors), pick);
  else if (kind < 12) editNodes(draft, pick);
  else if (kind < 14) editInterface(draft, pick);
  else if (kind === 14) draft.opsetImport = [{ domain: '', version: pick(25) }];
  else if (tensors.length > 0) oneOf(pick, tensors).name = oneOf(pick, namesIn(draft));
}

function editNode(draft: Draft, node: DraftNode, pick: Pick): void {
  node.input ??= [];
  node.attribute ??= [];
  const at = pick(Math.max(1, node.input.length));
  switch (pick(12)) {
    case 0:
    case 1:
      node.input[at] = oneOf(pick, namesIn(draft));
      break;
    case 2:
      node.input.splice(at, 1);
      break;
    case 3:
      node.input.splice(at, 0, oneOf(pick, namesIn(draft)));
      break;
    case 4:
      node.output = [oneOf(pick, namesIn(draft))];
      break;
    case 5:
    case 6:
      node.opType = oneOf(pick, OPERATORS);
      break;
    case 7:
      node.attribute.push(someAttribute(pick));
      break;
    case 8:
      node.attribute.splice(pick(node.attribute.length + 1), 1);
      break;
    default:
      if (node.attribute.length > 0) editAttribute(oneOf(pick, node.attribute), pick);
      else node.attribute.push(someAttribute(pick));
  }
}

function editNodes(draft: Draft, pick: Pick): void {
  const nodes = nodesOf(draft);
  const at = pick(nodes.length + 1);
  switch (pick(5)) {
    case 0:
      nodes.splice(at, 1);
      break;
    case 1:
      nodes.reverse();
      break;
    case 2:
      if (nodes[at] !== undefined) nodes.push({ ...nodes[at], output: ['twin'] });
      break;
    default: {
      // A new operator on an edge that exists.
      const names = namesIn(draft);
      const before = oneOf(pick, names);
      for (const node of nodes)
        node.input = (node.input ?? []).map((name) => (name === before ? 'fresh' : name));
      const others = Array.from({ length: pick(3) }, () => oneOf(pick, names));
      const attribute = Array.from({ length: pick(3) }, () => someAttribute(pick));
      nodes.push({
        opType: oneOf(pick, OPERATORS),
        input: [before, ...others],
        output: ['fresh'],
        attribute,
      });
    }
  }
}

function editInterface(draft: Draft, pick: Pick): void {
  const graph = draft.graph!;
  const tensorType = graph.input?.[0]?.type?.tensorType;
  const dims = tensorType?.shape?.dim ?? [];
  const at = pick(Math.max(1, dims.length));
  switch (pick(6)) {
    case 0:
    case 1:
      dims[at] = { dimValue: small(pick) };
      break;
    case 2:
      dims.splice(at, pick(2), { dimParam: 'D' });
      break;
    case 3:
      if (tensorType !== undefined) tensorType.elemType = oneOf(pick, INTS);
      break;
    default:
      graph.output = [{ name: oneOf(pick, namesIn(draft)) }];
  }
}

/** Names of all values, and two that nothing has. */
function namesIn(draft: Draft): string[] {
  const graph = draft.graph!;
  return [
    ...(graph.node ?? []).flatMap((node) => node.output ?? []),
    ...(graph.initializer ?? []).map(({ name }) => name ?? ''),
    ...(graph.input ?? []).map(({ name }) => name ?? ''),
    'gone',
    '',
  ];
}
