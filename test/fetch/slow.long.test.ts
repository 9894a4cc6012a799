import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadOptions, download } from '../../src/fetch/download.js';
import { contentOf, send, serve, sha256 } from './loopback.js';

/* Servers that keep a connection open and bring next to nothing: `bench fetch` gives up on them, and goes on later. */

const CONTENT = contentOf(300_000);
/** A minute for users, less here. */
const WINDOW = 400;

let folder: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-slow-'));
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await rm(folder, { recursive: true, force: true });
});

/** A server that does with each connection what it likes, once it was asked. */
async function talk(use: (socket: Socket, every: (text: string | Buffer) => void) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const timers: NodeJS.Timeout[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const every = (text: string | Buffer) => {
      timers.push(setInterval(() => socket.writable && socket.write(text), 20));
    };
    socket.once('data', () => use(socket, every));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const timer of timers) clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const final = () => join(folder, 'net.onnx');
const part = () => readFile(`${final()}.part`);

function get(base: string, more: Partial<DownloadOptions> = {}): Promise<boolean> {
  return download({
    ...{ name: 'net', addresses: [`${base}/net.onnx`], bytes: CONTENT.length, sha256: sha256(CONTENT) },
    ...{ path: final(), environment: {}, patience: 1, window: WINDOW, ...more },
  });
}

const HEAD = `HTTP/1.1 200 OK\r\ncontent-length: ${CONTENT.length}\r\n\r\n`;
const SLOW = /net\.onnx sends less than 1 kB\/s \(\d+ bytes in 0\.\d s\); what arrived is kept/;

async function resumes(from: number): Promise<void> {
  const server = await serve((request, response) => send(request, response, { content: CONTENT }));
  closing.push(() => server.close());
  expect(await get(server.base)).toBe(true);
  expect(server.requests).toEqual([`GET /net.onnx${from > 0 ? ` bytes=${from}-` : ''}`]);
  expect((await readFile(final())).equals(CONTENT)).toBe(true);
  expect(await readdir(folder)).toEqual(['net.onnx']);
}

describe('a server that sends next to nothing', () => {
  it('byte by byte: is given up in one line, and what arrived is gone on with', async () => {
    const base = await talk((socket) => {
      socket.write(HEAD);
      let at = 0;
      const timer = setInterval(() => socket.write(CONTENT.subarray(at, ++at)), 20);
      socket.on('close', () => clearInterval(timer));
    });
    await expect(get(base)).rejects.toThrow(SLOW);
    const left = await part();
    expect(left.length).toBeGreaterThan(5);
    expect(left).toEqual(CONTENT.subarray(0, left.length));
    expect(await readdir(folder)).toEqual(['net.onnx.part']);
    await resumes(left.length);
  });

  it('after a good beginning', async () => {
    const base = await talk((socket, every) => {
      socket.write(HEAD);
      socket.write(CONTENT.subarray(0, 100_000));
      every(Buffer.from([0]));
    });
    await expect(get(base)).rejects.toThrow(SLOW);
  });

  it('is left for the next address, which goes on behind it', async () => {
    const slow = await talk((socket) => {
      socket.write(HEAD);
      socket.write(CONTENT.subarray(0, 10));
      let at = 10;
      const timer = setInterval(() => socket.write(CONTENT.subarray(at, ++at)), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const good = await serve((request, response) => send(request, response, { content: CONTENT }));
    closing.push(() => good.close());
    await get('', { addresses: [`${slow}/net.onnx`, `${good.base}/net.onnx`] });
    expect((await readFile(final())).equals(CONTENT)).toBe(true);
    expect(good.requests[0]).toMatch(/^GET \/net\.onnx bytes=\d+-$/);
  });

  it('chunks without content, one after the other', async () => {
    const base = await talk((socket, every) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;x=');
      every('y');
    });
    await expect(get(base)).rejects.toThrow(/the connection was silent for 0\.\d s \(5 tries\)/);
  });

  it('one byte a connection: new bytes alone are no progress', async () => {
    const base = await talk((socket) => {
      socket.end(`${HEAD}${CONTENT.subarray(0, 1).toString('latin1')}`);
    });
    await expect(get(base, { patience: 20 })).rejects.toThrow(/the connection (ended|was cut).*\(5 tries\)/);
  });
});

describe('a server that never begins', () => {
  it.each([
    ['headers that never end', 'HTTP/1.1 200 OK\r\nx-a: ', 'a'],
    ['one header after the other', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n'],
    ['hints, and hints again', '', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'],
    ['nothing at all', '', ''],
  ])('%s', async (_, begin, then) => {
    const base = await talk((socket, every) => {
      socket.write(begin);
      if (then !== '') every(then);
    });
    const notes: string[] = [];
    await expect(get(base, { onNote: (line) => notes.push(line) })).rejects.toThrow(
      /^net cannot be fetched: \S+ cannot be reached \(no answer within 0\.4 s\) \(5 tries\)\. Set BENCH_MIRROR/,
    );
    expect(notes).toHaveLength(4);
    expect(existsSync(`${final()}.part`)).toBe(false);
    await resumes(0);
  });

  it('redirects in a circle', async () => {
    const base = await talk((socket) => {
      socket.end('HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n');
    });
    await expect(get(base)).rejects.toThrow('redirects more than 8 times');
  });

  it('redirects slowly: all of them together have the time of one answer', async () => {
    const base = await talk((socket) => {
      setTimeout(() => {
        socket.end('HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n');
      }, WINDOW / 2);
    });
    await expect(get(base)).rejects.toThrow(/no answer within 0\.4 s\) \(5 tries\)/);
  });

  it('redirects with a page that never ends: nobody reads it', async () => {
    const good = await serve((request, response) => send(request, response, { content: CONTENT }));
    closing.push(() => good.close());
    const base = await talk((socket, every) => {
      socket.write(
        `HTTP/1.1 302 Found\r\nlocation: ${good.base}/net.onnx\r\ncontent-length: 99999999\r\n\r\n`,
      );
      every('x');
    });
    await get(base);
    expect((await readFile(final())).equals(CONTENT)).toBe(true);
  });
});
