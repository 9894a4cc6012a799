import { basename, dirname, extname } from 'node:path';

/*
 * The formats of networks that are none of ONNX's, in words, and what a name alone says of them.
 */

/** What a file is, and what makes an ONNX file of it. */
interface Format {
  readonly what: string;
  readonly way: string;
}

const TORCH_EXPORT =
  'torch.onnx.export(model, torch.zeros(1, 3, 224, 224), "model.onnx", input_names=["input"], dynamic_axes={"input": {0: "N"}})';

const FORMATS = {
  torch: {
    what: 'a file of PyTorch (torch.save)',
    way: `load the network in Python and export it: ${TORCH_EXPORT}`,
  },
  torchScript: {
    what: 'a TorchScript archive of PyTorch',
    way: `export it in Python: model = torch.jit.load("FILE"); ${TORCH_EXPORT}`,
  },
  torchExport: {
    what: 'an exported program of PyTorch (torch.export.save)',
    way: 'export it in Python: torch.onnx.export(torch.export.load("FILE"), dynamo=True).save("model.onnx")',
  },
  safetensors: {
    what: 'a file of safetensors, which holds weights and no network',
    way: `load them into the network in Python and export that: ${TORCH_EXPORT}`,
  },
  keras: {
    what: 'a file of Keras',
    way: 'export it in Python: keras.saving.load_model("FILE").export("model.onnx", format="onnx")',
  },
  hdf5: {
    what: 'an HDF5 file, as Keras writes them',
    way: 'export it in Python: keras.saving.load_model("FILE").export("model.onnx", format="onnx")',
  },
  tflite: {
    what: 'a file of TensorFlow Lite',
    way: 'convert it: python -m tf2onnx.convert --tflite FILE --output model.onnx --opset 17',
  },
  savedModel: {
    what: 'a SavedModel of TensorFlow',
    way: 'convert the folder: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx --opset 17',
  },
  checkpoints: {
    what: 'a folder of TensorFlow checkpoints',
    way: 'save the network as a SavedModel, then python -m tf2onnx.convert --saved-model FOLDER --output model.onnx --opset 17',
  },
  graphDef: {
    what: 'a frozen graph of TensorFlow',
    way: 'convert it: python -m tf2onnx.convert --graphdef FILE --inputs INPUT:0 --outputs OUTPUT:0 --output model.onnx --opset 17',
  },
  tensorflowJs: {
    what: 'a model of TensorFlow.js',
    way: 'convert it: python -m tf2onnx.convert --tfjs FILE --output model.onnx --opset 17',
  },
  caffe: {
    what: 'a network of Caffe',
    way: 'convert it: bench convert NET.prototxt WEIGHTS.caffemodel model.onnx',
  },
  coreMl: {
    what: 'a model of Core ML',
    way: 'export the network that it was made from to ONNX',
  },
  ort: {
    what: "a model in ONNX Runtime's own format (.ort)",
    way: 'give the ONNX file that it was made from',
  },
  openVino: {
    what: 'a model of OpenVINO',
    way: 'export the network that it was made from to ONNX',
  },
  numpy: {
    what: 'an array file of NumPy, which holds no network',
    way: 'export the network to ONNX where it was trained',
  },
  zip: { what: 'a zip archive', way: 'unpack it, and name the ONNX file in it' },
  packed: { what: 'a compressed file', way: 'unpack it, and name the ONNX file in it' },
  pickle: {
    what: 'a pickle of Python',
    way: `load the network in Python and export it: ${TORCH_EXPORT}`,
  },
  page: { what: 'a web page', way: 'the download went wrong: fetch it again' },
  picture: { what: 'a picture', way: 'name the network first' },
} as const satisfies Readonly<Record<string, Format>>;

export type Kind = keyof typeof FORMATS;

/**
 * What a file is, and what to do: "not an ONNX model but a file of PyTorch …: …".
 * @param folder that it is in
 */
export function adviceOn(kind: Kind, path: string, folder = dirname(path)): string {
  const { what, way } = FORMATS[kind];
  return `not an ONNX model but ${what}: ${way.replaceAll('FILE', () => path).replaceAll('FOLDER', () => folder)}`;
}

/** What an ending says, where the bytes say nothing. */
const ENDINGS: Readonly<Record<string, Kind>> = {
  ...{ '.pt': 'torch', '.pth': 'torch', '.bin': 'torch', '.ckpt': 'torch', '.safetensors': 'safetensors' },
  ...{ '.keras': 'keras', '.h5': 'hdf5', '.hdf5': 'hdf5', '.tflite': 'tflite', '.pb': 'graphDef' },
  ...{ '.caffemodel': 'caffe', '.prototxt': 'caffe', '.mlmodel': 'coreMl', '.ort': 'ort' },
};

/** The same by the file's name alone: for damaged files and unknown versions. */
export function formatByName(path: string): string | undefined {
  const kind = basename(path) === 'saved_model.pb' ? 'savedModel' : ENDINGS[extname(path).toLowerCase()];
  return kind && adviceOn(kind, path);
}

/** What a folder is, by the names of the files in it. */
export function folderFormat(path: string, names: readonly string[]): string | undefined {
  if (names.includes('saved_model.pb') || names.includes('saved_model.pbtxt'))
    return adviceOn('savedModel', path, path);
  if (names.includes('Manifest.json') && path.endsWith('.mlpackage')) return adviceOn('coreMl', path);
  if (names.some((name) => /\.index$/.test(name)) && names.includes('checkpoint'))
    return adviceOn('checkpoints', path, 'FOLDER');
  return undefined;
}
