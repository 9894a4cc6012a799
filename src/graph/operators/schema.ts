/**
 * What ONNX (opset 7 to 21, all versions together) says of an operator, as onnx's own definitions have it
 * (scripts/golden/operator_schemas.py prints the line).
 */
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

/**
 * Reads a schema's line: fewest and most inputs, most outputs, positions of the inputs that share one element type,
 * attributes with their types (f float, i int, s string, t tensor, …s a list). `*`: any number, or all.
 */
export function parseSchema(line: string): OperatorSchema {
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
