import { ModelError } from '../base/errors.js';
import { Fields } from './fields.js';
import { isIncluded, stateOf } from './phase.js';
import { parseText } from './text-format.js';
import { LAYER_TYPES_V1 } from './v1-types.js';

/** A layer as a prototxt describes it. Old type names are replaced by today's. */
export interface CaffeLayer {
  readonly name: string;
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly fields: Fields;
  /** "net.prototxt, layer `conv1` (Convolution)": how messages begin. */
  readonly where: string;
}

interface CaffeInput {
  readonly name: string;
  /** [C, H, W], undefined where the file leaves it open. */
  readonly shape: readonly number[] | undefined;
}

export interface CaffeNet {
  readonly name: string;
  readonly inputs: readonly CaffeInput[];
  readonly layers: readonly CaffeLayer[];
}

/**
 * Reads a prototxt: the layers that Caffe builds for testing, and the inputs written in the net itself (`input` with
 * `input_dim` or `input_shape`); inputs that are layers stay layers.
 * @throws ModelError
 */
export function readNet(source: string, file: string): CaffeNet {
  const net = new Fields(file, parseText(source, file));
  const state = stateOf(net);
  const [layers, old] = [net.subs('layer'), net.subs('layers')];
  if (layers.length > 0 && old.length > 0) {
    throw new ModelError(`${file}: mixes \`layer\` and \`layers\`; write all of them as \`layer\``);
  }
  if (layers.length + old.length === 0) {
    throw new ModelError(`${file}: describes no layers: is it a network's prototxt (deploy.prototxt)?`);
  }
  return {
    name: net.string('name', ''),
    inputs: inputsOf(net, file),
    layers: [...layers, ...old]
      .filter((layer) => isIncluded(layer, state))
      .map((layer) => layerOf(layer, file)),
  };
}

function layerOf(fields: Fields, file: string): CaffeLayer {
  if (fields.has('layer')) {
    throw new ModelError(
      `${file}: its layers are of Caffe's oldest form; bring the file up to date with Caffe's upgrade_net_proto_text first`,
    );
  }
  const name = fields.string('name', '');
  const written = fields.word('type') ?? '';
  const type = LAYER_TYPES_V1.get(written.replace(/^V1LayerParameter_LayerType_/, '')) ?? written;
  const where = `${file}, layer \`${name || `in line ${fields.message.line}`}\` (${type || 'no type'})`;
  const named = new Fields(where, fields.message);
  return { name, type, bottoms: named.strings('bottom'), tops: named.strings('top'), fields: named, where };
}

function inputsOf(net: Fields, file: string): CaffeInput[] {
  const names = net.strings('input');
  const shapes = net.subs('input_shape').map((shape) => shape.wholes('dim', 1));
  const dims = net.wholes('input_dim', 1);
  if (dims.length > 0 && dims.length !== 4 * names.length) {
    throw new ModelError(`${file}: input_dim is given ${dims.length} times, expected four for each input`);
  }
  return names.map((name, at) => {
    const full = dims.length > 0 ? dims.slice(4 * at, 4 * at + 4) : shapes[at];
    return { name, shape: full?.slice(1) };
  });
}
