import type { CommandModule } from 'yargs';
import { convertFiles } from '../caffe/convert-files.js';
import { cardedInput, overridden } from '../cards/expected.js';
import { cardPath } from '../cards/find.js';
import { PRESETS, type PresetName } from '../cards/presets.js';
import { writeCard } from '../cards/write.js';
import { LONGEST_SIDE } from '../config/values.js';
import type { ValueInfo } from '../onnx/graph.js';
import { readHeader } from '../onnx/header.js';
import { UsageError } from './arguments.js';

interface Arguments {
  prototxt: string;
  caffemodel: string;
  out: string;
  inputSize: readonly [number, number] | undefined;
  preset: PresetName;
}

function sides(values: unknown): readonly [number, number] | undefined {
  if (values === undefined) return undefined;
  const [height, width, ...more] = [values].flat().map(Number);
  const isSide = (side: number | undefined): side is number =>
    Number.isInteger(side) && side! >= 1 && side! <= LONGEST_SIDE;
  if (more.length > 0 || !isSide(height) || !isSide(width)) {
    throw new UsageError(`--input-size: expected HEIGHT WIDTH in pixels, got ${[values].flat().join(' ')}`);
  }
  return [height, width];
}

const described = (info: ValueInfo | undefined) => `${info?.name} [${info?.shape.join(',')}]`;

export const convertCommand: CommandModule<object, Arguments> = {
  command: 'convert <prototxt> <caffemodel> <out>',
  describe: 'convert a Caffe network to ONNX',
  builder: (yargs) =>
    yargs
      .positional('prototxt', {
        type: 'string',
        demandOption: true,
        describe: 'its description, deploy.prototxt',
      })
      .positional('caffemodel', { type: 'string', demandOption: true, describe: 'its weights' })
      .positional('out', { type: 'string', demandOption: true, describe: 'the ONNX file to write' })
      .option('input-size', {
        nargs: 2,
        coerce: sides,
        describe: 'HEIGHT WIDTH of the images in place of what the prototxt says',
      })
      .option('preset', {
        choices: PRESETS,
        default: 'caffe-bgr' as const,
        describe: 'what its card says of the preprocessing, which the prototxt does not',
      }) as never,
  handler: async ({ prototxt, caffemodel, out, inputSize, preset }) => {
    const { graph, leftOut } = await convertFiles(prototxt, caffemodel, out, inputSize);
    const [input, output] = [graph.inputs[0], graph.outputs[0]];
    console.log(`${out}: ${described(input)} → ${described(output)}, ${graph.nodes.length} operations`);
    if (leftOut.length > 0) console.log(`left out, nothing reads them: ${leftOut.join(', ')}`);
    const card = cardPath(out);
    const size = cardedInput({ card: undefined, size: readHeader(out).size, exists: true });
    const { input: expected } = overridden(size, out, [{ from: 'bench convert', preset }]);
    await writeCard(card, { input: expected, source: `converted from ${caffemodel}` });
    console.log(
      `channels are in the order of training, for Caffe networks usually BGR minus a mean: ${card} says preset ${preset}; check it against a known error, --preset says otherwise`,
    );
  },
};
