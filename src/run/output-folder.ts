import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, codeOf } from '../base/errors.js';
import { makeFolder } from './files.js';

export const JOURNAL = 'journal.jsonl';

/** Files of which each one says that a run wrote here. */
const RESULTS = ['table.csv', 'images.csv', 'run.json'];

async function filesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** `out`, or with a number behind it the first that does not exist; made. @throws BenchError */
export async function freshFolder(out: string): Promise<string> {
  if ((await filesIn(out)).length === 0) {
    await makeFolder(out);
    return out;
  }
  for (let number = 2; ; number++) {
    const folder = `${out}-${number}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      throw new BenchError(`${folder}: the folder of the results cannot be made; choose --out`);
    }
  }
}

/**
 * @param advice what else the command can do
 * @throws BenchError when the folder holds results that no journal tells the origin of
 */
export async function refuseForeignResults(folder: string, advice: string): Promise<void> {
  const files = await filesIn(folder);
  const result = RESULTS.find((name) => files.includes(name));
  if (result === undefined || files.includes(JOURNAL)) return;
  throw new BenchError(`${join(folder, result)}: results without a journal are not written over; ${advice}`);
}
