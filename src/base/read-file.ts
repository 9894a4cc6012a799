import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { codeOf, DataError, messageOf } from './errors.js';

/** What should be read is not there. */
export class FileMissing extends DataError {}

/** The reason alone: the path that the system repeats stands in front of the message already. */
function refused(path: string, what: string, error: unknown): DataError {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new FileMissing(`${path}: ${what} does not exist`);
  // A socket cannot be opened at all.
  if (code === 'ENXIO') return new DataError(`${path}: not a regular file`);
  const reason = messageOf(error).replace(/,? (open|read|fstat)( '.*')?$/, '');
  return new DataError(`${path}: cannot be read (${reason})`);
}

/**
 * Opens a file that others made and calls `use` with it and its size in bytes. Folders, pipes, sockets and devices
 * are refused before a byte is read: to wait for one end of a pipe is to wait for ever, and a device has no end.
 *
 * @param what the file should be, as in "the image file"
 * @throws DataError naming the file and the reason
 */
export async function withRegularFile<T>(
  path: string,
  what: string,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK the opening itself waits for a pipe's writer.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (status.isDirectory()) throw new DataError(`${path}: a folder, not ${what}`);
    if (!status.isFile()) throw new DataError(`${path}: not a regular file`);
    return await use(file, status.size);
  } catch (error) {
    throw error instanceof DataError ? error : refused(path, what, error);
  } finally {
    await file?.close();
  }
}

/**
 * The bytes of a regular file of `most` bytes at most; nothing of a larger one is read.
 * @throws DataError like withRegularFile
 */
export function readBytes(path: string, what: string, most: number): Promise<Buffer> {
  return withRegularFile(path, what, async (file, size) => {
    if (size > most) {
      throw new DataError(`${path}: too large for ${what} (${size} bytes, at most ${most} are read)`);
    }
    return file.readFile();
  });
}

/** Bytes of the largest text that is read whole: a hundred thousand names of classes take a few megabytes. */
const MOST_TEXT = 2 ** 28;

/**
 * The text of a regular file, of 256 MiB at most. A device is named as one.
 * @param what the file should be
 * @throws DataError naming the file, FileMissing where there is none
 */
export async function readWholeText(path: string, what: string): Promise<string> {
  await refuseDevice(path, what);
  return (await readBytes(path, what, MOST_TEXT)).toString('utf8');
}

/**
 * Refuses devices, which may have no end. Pipes may stand for a text: a shell's `<(…)` is one.
 * @param what the file should be
 * @throws DataError naming the file
 */
export async function refuseDevice(path: string, what: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isCharacterDevice() || found?.isBlockDevice())
    throw new DataError(`${path}: a device, not ${what}`);
}
