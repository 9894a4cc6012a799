import { extname } from 'node:path';
import { ConfigError, DataError } from '../../base/errors.js';
import { isDirectory, isFile } from '../../base/read-file.js';
import { listFiles } from './pictures.js';
import { isLabelFile } from './yolo.js';

export const FORMATS = ['csv', 'coco', 'voc', 'yolo'] as const;
export type Format = (typeof FORMATS)[number];

const BY_ENDING: Readonly<Record<string, Format>> = {
  ...{ '.csv': 'csv', '.tsv': 'csv', '.txt': 'csv' },
  ...{ '.json': 'coco', '.yaml': 'yolo', '.yml': 'yolo' },
};

/**
 * The format of what `dataset.boxes` names: by the ending of a file, by what is in a folder.
 * @throws ConfigError, DataError when that says nothing, or is not what is there
 */
export async function formatOf(path: string, written: Format | undefined): Promise<Format> {
  if (await isFile(path)) {
    const found = BY_ENDING[extname(path).toLowerCase()];
    if (written === 'voc')
      throw new ConfigError(`dataset.boxes: ${path} is a file; voc reads a folder of XML files`);
    const format = written ?? found;
    if (format !== undefined) return format;
    throw new ConfigError(
      `dataset.boxes: ${path} ends in none of ${Object.keys(BY_ENDING).join(', ')}; set dataset.format`,
    );
  }
  if (!(await isDirectory(path)))
    throw new ConfigError(
      `dataset.boxes: there is no file or folder ${path}; the path counts from dataset.root`,
    );
  if (written === 'csv' || written === 'coco')
    throw new ConfigError(`dataset.boxes: ${path} is a folder; ${written} reads a file`);
  if (written !== undefined) return written;
  const files = await listFiles(path, (name) => /\.xml$/i.test(name) || isLabelFile(name));
  const xml = files.filter((name) => /\.xml$/i.test(name)).length;
  if (files.length === 0)
    throw new DataError(`${path}: neither XML files (VOC) nor text files (YOLO) are in it`);
  if (xml > 0 && xml < files.length)
    throw new ConfigError(
      `dataset.boxes: ${path} holds both XML and text files; set dataset.format: voc or yolo`,
    );
  return xml > 0 ? 'voc' : 'yolo';
}
