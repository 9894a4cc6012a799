import { ModelError } from '../../base/errors.js';
import { describe, intOf } from '../../onnx/graph.js';
import { checkSide, notAlongBatch } from '../contract.js';
import { broadcastShapes, normalizeAxis, sameShape } from '../shapes.js';
import { checkSpatial } from '../windows.js';
import type { Infer, InferTable } from './rule.js';

const alongAxis: Infer = (node, [x], { opset }) => {
  const usual = node.op === 'LpNormalization' || opset >= 13 ? -1 : 1;
  return [notAlongBatch(node, x!, normalizeAxis(intOf(node, 'axis', usual), x!.shape.length))];
};

/** Normalisations that check what they are given, and softmax. */
export const normalization: InferTable = {
  BatchNormalization: (node, [x, ...perChannel]) => {
    for (const [i, name] of ['scale', 'bias', 'mean', 'variance'].entries()) {
      checkSide(node, name, perChannel[i], x!.shape.slice(1, 2));
    }
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  LayerNormalization: (node, [x, scale, bias]) => {
    const axis = normalizeAxis(intOf(node, 'axis', -1), x!.shape.length);
    const last = x!.shape.slice(axis);
    for (const given of [scale, bias]) {
      if (given === undefined || sameShape(broadcastShapes(last, given.shape), last)) continue;
      throw new ModelError(
        `${describe(node)}: scale or bias [${given.shape.join(',')}] does not fit [${last.join(',')}]`,
      );
    }
    return [notAlongBatch(node, x!, axis)];
  },
  LRN: (node, [x]) => {
    if (x!.shape.length !== 4)
      throw new ModelError(`${describe(node)}: its input [${x!.shape.join(',')}] has not four axes`);
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  InstanceNormalization: (node, [x, scale, bias]) => {
    checkSpatial(node, x!.shape.slice(2));
    checkSide(node, 'scale', scale, x!.shape.slice(1, 2));
    checkSide(node, 'bias', bias, x!.shape.slice(1, 2));
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  LpNormalization: alongAxis,
};
