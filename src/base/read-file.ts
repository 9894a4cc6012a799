import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { BenchError, codeOf, DataError, messageOf } from './errors.js';

/** What should be read is not there. */
export class FileMissing extends DataError {}

/** The reason alone: the path that the system repeats stands in front of the message already. */
function refused(path: string, what: string, error: unknown): DataError {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new FileMissing(`${path}: ${what} does not exist`);
  if (code === 'EISDIR') return new DataError(`${path}: a folder, not ${what}`);
  if (code === 'ENXIO') return new DataError(`${path}: not a regular file`);
  const reason = messageOf(error).replace(/,? (open|read|fstat)( '.*')?$/, '');
  return new DataError(`${path}: cannot be read (${reason})`);
}

/**
 * Opens a file that others made and calls `use` with it and its size in bytes. Folders, pipes, sockets and devices
 * are refused before a byte is read: to wait for one end of a pipe is to wait for ever, and a device has no end.
 *
 * @param fault turns the system's error into one for people. Its `code` is EISDIR for a folder, and ENXIO for a pipe,
 *   a socket or a device. A BenchError of `use` does not go through it.
 */
export async function openRegularFile<T>(
  path: string,
  use: (file: FileHandle, size: number) => Promise<T>,
  fault: (error: unknown) => Error | Promise<Error>,
): Promise<T> {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK the opening itself waits for a pipe's writer. A socket cannot be opened at all: ENXIO.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile()) {
      throw Object.assign(new Error('no file'), { code: status.isDirectory() ? 'EISDIR' : 'ENXIO' });
    }
    return await use(file, status.size);
  } catch (error) {
    throw error instanceof BenchError ? error : await fault(error);
  } finally {
    await file?.close();
  }
}

/**
 * The same, said in terms of what the file should be.
 * @param what the file should be, as in "the image file"
 * @throws DataError naming the file and the reason
 */
export function withRegularFile<T>(
  path: string,
  what: string,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  return openRegularFile(path, use, (error) => refused(path, what, error));
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
  const status = await stat(path).catch(() => undefined);
  if (status?.isCharacterDevice() || status?.isBlockDevice())
    throw new DataError(`${path}: a device, not ${what}`);
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
