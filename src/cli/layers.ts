import type { CommandModule } from 'yargs';
import { resolveModel } from '../fetch/resolve.js';
import { listLayers } from '../methods/layers.js';
import { formatTable } from '../report/console-table.js';
import { imageSides, inFlags } from './arguments.js';

interface Arguments {
  model: string;
  size: readonly [number, number] | undefined;
}

export const layersCommand: CommandModule<object, Arguments> = {
  command: 'layers <model>',
  describe: 'list the layers of an ONNX model that a map can be read at',
  builder: (yargs) =>
    yargs
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'an ONNX file, or the name of a fetched one',
      })
      .option('size', {
        coerce: imageSides('size'),
        describe: 'input size, N or HxW, when the model leaves it open',
      }) as never,
  handler: async ({ model, size }) => {
    const layers = await inFlags(() =>
      listLayers(resolveModel(model), size && { height: size[0], width: size[1] }),
    );
    const columns = [
      { title: 'layer', align: 'left' },
      { title: 'operator', align: 'left' },
      { title: 'channels × height × width', align: 'right' },
      { title: '', align: 'left' },
    ] as const;
    const rows = layers.map(({ name, op, shape, isDefault }) => [
      ...[name, op, shape.join(' × ')],
      isDefault ? 'default' : '',
    ]);
    for (const line of formatTable(columns, rows)) console.log(line);
  },
};
