import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download } from '../../src/fetch/download.js';
import { elsewhere, NAMES } from '../lock/namespaces.js';
import { contentOf, send, serve, sha256 } from './loopback.js';

/* A download whose machine sleeps in the middle, and is finished by another one meanwhile. */

const SLEEPER = fileURLToPath(new URL('./sleeper.mjs', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const CONTENT = contentOf(2_000_000);
const HALF = 1_000_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-sleeper-'));
});
afterEach(() => rm(folder, { recursive: true }));

const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe.skipIf(!NAMES)('a download that falls asleep (skipped where unshare --uts is not allowed)', () => {
  it('wakes up to a file that another has finished, and changes nothing of it', async () => {
    const path = join(folder, 'net.onnx');
    // The first one gets half, and the rest when it is awake again: other bytes than were published.
    let goOn = () => {};
    const server = await serve((request, response, count) => {
      if (count > 0) return send(request, response, { content: CONTENT });
      response.writeHead(200, { 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, HALF));
      goOn = () => response.end(Buffer.alloc(CONTENT.length - HALF, 7));
    });
    const address = `${server.base}/net.onnx`;
    const [program, args] = elsewhere(process.execPath, [
      ...[SLEEPER, address, String(CONTENT.length), sha256(CONTENT), path, DIST],
    ]);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const size = () =>
      stat(`${path}.part`).then(
        (found) => found.size,
        () => 0,
      );
    await until(async () => (await size()) === HALF);
    child.kill('SIGSTOP');
    const before = new Date(Date.now() - 60_000);
    await utimes(`${path}.lock`, before, before);

    const options = {
      name: 'net',
      addresses: [address],
      bytes: CONTENT.length,
      sha256: sha256(CONTENT),
      path,
    };
    expect(await download({ ...options, environment: {}, patience: 1 })).toBe(true);
    expect(server.requests).toEqual(['GET /net.onnx', `GET /net.onnx bytes=${HALF}-`]);
    const { mtimeMs } = await stat(path);
    child.kill('SIGCONT');
    goOn();
    await ended;
    await server.close();
    expect(said).toMatch(/^LockLost: .*: its lock was taken away while this process gave no sign of life/);
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect((await stat(path)).mtimeMs).toBe(mtimeMs);
    expect(await readdir(folder)).toEqual(['net.onnx']);
  });
});
