import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { ModelError, messageOf } from '../errors.js';
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
  const text = (await read(prototxt)).toString('utf8');
  const converted = convertCaffe({
    prototxt: { text, file: prototxt },
    caffemodel: { bytes: await read(caffemodel), file: caffemodel },
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

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ModelError(
      `${path}: ${missing ? 'there is no such file' : `cannot be read: ${messageOf(error)}`}`,
    );
  }
}
