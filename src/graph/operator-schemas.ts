/**
 * What ONNX (opset 7 to 21, all versions together) says of each operator that is understood, as onnx's own
 * definitions have it (scripts/golden/operator_schemas.py): fewest and most inputs, most outputs, positions of the
 * inputs that share one element type, attributes with their types (f float, i int, s string, t tensor, …s a list).
 * `*`: any number, or all.
 */
const TABLE: Readonly<Record<string, string>> = {
  Conv: '2 3 1 012 auto_pad:s dilations:is group:i kernel_shape:is pads:is strides:is',
  Gemm: '2 3 1 012 alpha:f beta:f transA:i transB:i',
  MatMul: '2 2 1 01',
  MaxPool: '1 1 2 0 auto_pad:s ceil_mode:i dilations:is kernel_shape:is pads:is storage_order:i strides:is',
  AveragePool:
    '1 1 1 0 auto_pad:s ceil_mode:i count_include_pad:i dilations:is kernel_shape:is pads:is strides:is',
  GlobalAveragePool: '1 1 1 0',
  GlobalMaxPool: '1 1 1 0',
  ReduceMean: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  ReduceSum: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  ReduceMax: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  ReduceMin: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  ReduceL2: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  ReduceSumSquare: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  ReduceL1: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  ReduceLogSum: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  ReduceLogSumExp: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  ReduceProd: '1 2 1 0 axes:is keepdims:i noop_with_empty_axes:i',
  Concat: '1 * 1 * axis:i',
  Flatten: '1 1 1 0 axis:i',
  Reshape: '1 2 1 0 allowzero:i shape:is',
  Squeeze: '1 2 1 0 axes:is',
  Unsqueeze: '1 2 1 0 axes:is',
  Transpose: '1 1 1 0 perm:is',
  Pad: '1 4 1 02 mode:s pads:is value:f',
  Slice: '1 5 1 0 axes:is ends:is starts:is',
  Split: '1 2 * 0 axis:i num_outputs:i split:is',
  Gather: '2 2 1 0 axis:i',
  Resize:
    '1 4 1 0 antialias:i axes:is coordinate_transformation_mode:s cubic_coeff_a:f exclude_outside:i extrapolation_value:f keep_aspect_ratio_policy:s mode:s nearest_mode:s',
  Upsample: '1 2 1 0 mode:s scales:fs',
  Expand: '2 2 1 0',
  Tile: '2 2 1 0',
  Cast: '1 1 1 0 saturate:i to:i',
  Shape: '1 1 1 0 end:i start:i',
  Where: '3 3 1 12',
  BatchNormalization: '5 5 5 01234 epsilon:f momentum:f spatial:i training_mode:i',
  LayerNormalization: '2 3 3 012 axis:i epsilon:f stash_type:i',
  InstanceNormalization: '3 3 1 012 epsilon:f',
  LpNormalization: '1 1 1 0 axis:i p:i',
  LRN: '1 1 1 0 alpha:f beta:f bias:f size:i',
  Dropout: '1 3 2 0 ratio:f seed:i',
  Relu: '1 1 1 0',
  Clip: '1 3 1 012 max:f min:f',
  LeakyRelu: '1 1 1 0 alpha:f',
  PRelu: '2 2 1 01',
  Elu: '1 1 1 0 alpha:f',
  Selu: '1 1 1 0 alpha:f gamma:f',
  Celu: '1 1 1 0 alpha:f',
  Sigmoid: '1 1 1 0',
  Tanh: '1 1 1 0',
  HardSwish: '1 1 1 0',
  HardSigmoid: '1 1 1 0 alpha:f beta:f',
  Softplus: '1 1 1 0',
  Softsign: '1 1 1 0',
  Mish: '1 1 1 0',
  Gelu: '1 1 1 0 approximate:s',
  Erf: '1 1 1 0',
  Sqrt: '1 1 1 0',
  Exp: '1 1 1 0',
  Log: '1 1 1 0',
  Neg: '1 1 1 0',
  Abs: '1 1 1 0',
  Sign: '1 1 1 0',
  Floor: '1 1 1 0',
  Ceil: '1 1 1 0',
  Round: '1 1 1 0',
  Reciprocal: '1 1 1 0',
  Identity: '1 1 1 0',
  Softmax: '1 1 1 0 axis:i',
  LogSoftmax: '1 1 1 0 axis:i',
  Not: '1 1 1 0',
  Add: '2 2 1 01',
  Sub: '2 2 1 01',
  Mul: '2 2 1 01',
  Div: '2 2 1 01',
  Pow: '2 2 1 0',
  Sum: '1 * 1 *',
  Min: '1 * 1 *',
  Max: '1 * 1 *',
  Mod: '2 2 1 01 fmod:i',
  Equal: '2 2 1 01',
  Greater: '2 2 1 01',
  Less: '2 2 1 01',
  GreaterOrEqual: '2 2 1 01',
  LessOrEqual: '2 2 1 01',
  And: '2 2 1 01',
  Or: '2 2 1 01',
  Constant:
    '0 0 1 - value:t value_float:f value_floats:fs value_int:i value_ints:is value_string:s value_strings:ss',
  ConstantOfShape: '1 1 1 0 value:t',
  Range: '3 3 1 012',
  SpaceToDepth: '1 1 1 0 blocksize:i',
  DepthToSpace: '1 1 1 0 blocksize:i mode:s',
  GroupNormalization: '3 3 1 012 epsilon:f num_groups:i stash_type:i',
  Mean: '1 * 1 *',
};

export interface OperatorSchema {
  readonly fewestInputs: number;
  readonly mostInputs: number;
  readonly mostOutputs: number;
  /** Whether the input at this position has the element type of the others that say so. */
  readonly sharesType: (position: number) => boolean;
  readonly attributes: ReadonlyMap<string, AttributeType>;
}

type AttributeType = 'float' | 'int' | 'string' | 'tensor' | 'floats' | 'ints' | 'strings';

const TYPES: Readonly<Record<string, AttributeType>> = {
  f: 'float',
  i: 'int',
  s: 'string',
  t: 'tensor',
  fs: 'floats',
  is: 'ints',
  ss: 'strings',
};

const SCHEMAS: ReadonlyMap<string, OperatorSchema> = new Map(
  Object.entries(TABLE).map(([op, line]) => [op, parsed(line)] as const),
);

/** The schema of an operator of the default domain; undefined for those that are not understood. */
export function schemaOf(op: string): OperatorSchema | undefined {
  return SCHEMAS.get(op);
}

function parsed(line: string): OperatorSchema {
  const [fewest, most, outputs, typed, ...attributes] = line.split(' ') as [string, string, string, string];
  const count = (text: string) => (text === '*' ? Number.POSITIVE_INFINITY : Number(text));
  return {
    fewestInputs: count(fewest),
    mostInputs: count(most),
    mostOutputs: count(outputs),
    sharesType: (position) => typed === '*' || typed.includes(String(position)),
    attributes: new Map(
      attributes.map((word: string) => {
        const [name, type] = word.split(':') as [string, string];
        return [name, TYPES[type]!] as const;
      }),
    ),
  };
}
