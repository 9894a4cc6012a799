import { rename, rm, writeFile } from 'node:fs/promises';
import { DataError, ModelError, messageOf } from '../base/errors.js';
import { FileMissing, readBytes } from '../base/read-file.js';
import { writeModel } from '../onnx/write.js';
import { type Converted, convertCaffe } from './convert.js';
import type { ImageSize } from './inputs.js';

/**
 * Converts a Caffe network and writes it as an ONNX file, which appears only when it is whole.
 * @param inputSize [height, width] in pixels; by default what the prototxt says
 * @throws ModelError when a file cannot be read, converted or written
 */
export async function convertFiles(
  prototxt: string,
  caffemodel: string,
  out: string,
  inputSize?: ImageSize,
): Promise<Converted> {
  const text = (await read(prototxt, 'prototxt')).toString('utf8');
  const converted = convertCaffe({
    prototxt: { text, file: prototxt },
    caffemodel: { bytes: await read(caffemodel, 'caffemodel'), file: caffemodel },
    ...(inputSize === undefined ? {} : { inputSize }),
  });
  const unfinished = `${out}.${process.pid}.part`;
  try {
    await writeFile(unfinished, writeModel(converted.graph));
    await rename(unfinished, out);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw new ModelError(`${out}: cannot write the model: ${messageOf(error)}`);
  }
  return converted;
}

/** Bytes of the largest files that are read: of text no network needs more, and a protobuf message ends at 2 GiB. */
const MOST = { prototxt: 2 ** 26, caffemodel: 2 ** 31 - 1 } as const;

/** Pipes and devices are refused: they may have no end. */
async function read(path: string, kind: keyof typeof MOST): Promise<Buffer> {
  try {
    return await readBytes(path, `a ${kind} file`, MOST[kind]);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ModelError(error instanceof FileMissing ? `${path}: there is no such file` : error.message);
  }
}
