import { ModelError } from '../../base/errors.js';
import { sameShape } from '../../graph/shapes.js';
import { float, float32 } from '../net-builder.js';
import type { ConvertLayer, LayerTable } from './layer.js';

const relu: ConvertLayer = ({ layer, b }) => {
  const x = b.read(layer);
  const slope = layer.fields.sub('relu_param').number('negative_slope', 0);
  if (slope === 0) return b.write(layer, 'Relu', [x.name], x.shape);
  b.write(layer, 'LeakyRelu', [x.name], x.shape, { alpha: float(slope) });
};

const unary =
  (op: string): ConvertLayer =>
  ({ layer, b }) => {
    const x = b.read(layer);
    b.write(layer, op, [x.name], x.shape);
  };

/** Passes everything on when testing: Caffe scales while it trains. */
const dropout: ConvertLayer = ({ layer, b }) => {
  const x = b.read(layer);
  if (!layer.fields.sub('dropout_param').bool('scale_train', true)) {
    throw new ModelError(`${layer.where}: scale_train false, which scales when testing, is not supported`);
  }
  b.write(layer, 'Dropout', [x.name], x.shape);
};

/** y = shift + scale·x. */
const power: ConvertLayer = ({ layer, b }) => {
  const x = b.read(layer);
  const fields = layer.fields.sub('power_param');
  const [exponent, scale, shift] = [
    fields.number('power', 1),
    fields.number('scale', 1),
    fields.number('shift', 0),
  ];
  if (exponent !== 1) {
    throw new ModelError(
      `${layer.where}: power ${exponent} is not supported; only scale and shift (power 1) are`,
    );
  }
  const scalar = (hint: string, value: number) => b.constant(layer, hint, float32([], [value]));
  const scaled = shift === 0 ? x.name : b.step(layer, 'Mul', [x.name, scalar('scale', scale)]);
  if (shift === 0) return b.write(layer, 'Mul', [x.name, scalar('scale', scale)], x.shape);
  b.write(layer, 'Add', [scaled, scalar('shift', shift)], x.shape);
};

const OPERATIONS = { PROD: 'Mul', SUM: 'Add', MAX: 'Max' } as const;

/** Two or more inputs of one shape, joined one after the other; SUM takes a coefficient for each. */
const eltwise: ConvertLayer = ({ layer, b }) => {
  const values = b.readAll(layer);
  const fields = layer.fields.sub('eltwise_param');
  const operation = fields.choice('operation', ['PROD', 'SUM', 'MAX'], 'SUM');
  const coefficients = fields.numbers('coeff');
  const first = values[0]!;
  const odd = values.find(({ shape }) => !sameShape(shape, first.shape));
  if (odd !== undefined || values.length < 2) {
    throw new ModelError(
      odd === undefined
        ? `${layer.where} has ${values.length} bottom; it joins two or more`
        : `${layer.where}: its bottoms differ: [N,${first.shape.join(',')}] and [N,${odd.shape.join(',')}]`,
    );
  }
  if (coefficients.length > 0 && (operation !== 'SUM' || coefficients.length !== values.length)) {
    throw new ModelError(
      `${layer.where}: coeff needs operation SUM and one value for each of ${values.length} bottoms`,
    );
  }
  const names = values.map(({ name }, at) => {
    const coefficient = coefficients[at] ?? 1;
    if (coefficient === 1) return name;
    return b.step(layer, 'Mul', [name, b.constant(layer, 'coeff', float32([], [coefficient]))]);
  });
  const op = OPERATIONS[operation];
  const joined = names.slice(1, -1).reduce((sum, name) => b.step(layer, op, [sum, name]), names[0]!);
  b.write(layer, op, [joined, names.at(-1)!], first.shape);
};

export const elementwiseLayers: LayerTable = {
  ReLU: relu,
  Sigmoid: unary('Sigmoid'),
  TanH: unary('Tanh'),
  Dropout: dropout,
  Power: power,
  Eltwise: eltwise,
};
