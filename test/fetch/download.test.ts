import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadOptions, download } from '../../src/fetch/download.js';
import { answer, contentOf, type Loopback, send, serve, sha256 } from './loopback.js';

const CONTENT = contentOf(300_000);

let folder: string;
const servers: Loopback[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true, force: true });
});

async function start(...handler: Parameters<typeof serve>): Promise<Loopback> {
  const server = await serve(...handler);
  servers.push(server);
  return server;
}

const final = () => join(folder, 'models', 'net.onnx');
const files = () => (existsSync(join(folder, 'models')) ? readdirSync(join(folder, 'models')) : []);

function get(server: Loopback | readonly string[], more: Partial<DownloadOptions> = {}): Promise<boolean> {
  return download({
    name: 'net',
    addresses: 'base' in server ? [`${server.base}/net.onnx`] : server,
    bytes: CONTENT.length,
    sha256: sha256(CONTENT),
    path: final(),
    environment: {},
    patience: 1,
    ...more,
  });
}

async function expectComplete(): Promise<void> {
  expect(files()).toEqual(['net.onnx']);
  expect(sha256(await readFile(final()))).toBe(sha256(CONTENT));
}

describe('download', () => {
  it('brings the file, reports progress, and does not ask twice', async () => {
    const server = await start((request, response) => send(request, response, { content: CONTENT }));
    const seen: number[] = [];
    expect(await get(server, { onProgress: (bytes) => seen.push(bytes) })).toBe(true);
    await expectComplete();
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(CONTENT.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(await get(server)).toBe(false);
    expect(server.requests).toEqual(['GET /net.onnx']);
  });

  it('takes up a connection that was cut, twice, where it broke', async () => {
    const server = await start((request, response, count) =>
      send(request, response, { content: CONTENT, ...(count < 2 ? { cutAfter: 100_000 } : {}) }),
    );
    const notes: string[] = [];
    await get(server, { onNote: (line) => notes.push(line) });
    await expectComplete();
    expect(server.requests).toEqual([
      'GET /net.onnx',
      'GET /net.onnx bytes=100000-',
      'GET /net.onnx bytes=200000-',
    ]);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toMatch(/^net: the connection was cut \(.+\); trying again$/);
  });

  it('takes up what an earlier run left', async () => {
    const cut = await start((request, response, count) =>
      count === 0 ? send(request, response, { content: CONTENT, cutAfter: 50_000 }) : answer(response, 503),
    );
    await expect(get(cut)).rejects.toThrow('answers 503 Service Unavailable (5 tries)');
    expect(files()).toEqual(['net.onnx.part']);
    const server = await start((request, response) => send(request, response, { content: CONTENT }));
    await get(server);
    await expectComplete();
    expect(server.requests).toEqual(['GET /net.onnx bytes=50000-']);
  });

  it('starts again with a server that ignores Range', async () => {
    const server = await start((request, response, count) =>
      send(request, response, {
        content: CONTENT,
        ignoreRange: true,
        ...(count === 0 ? { cutAfter: 100_000 } : {}),
      }),
    );
    await get(server);
    await expectComplete();
    expect(server.requests).toHaveLength(2);
  });

  it('gives up on a server that only ever starts again, keeping what came last', async () => {
    const server = await start((request, response, count) =>
      send(request, response, { content: CONTENT, ignoreRange: true, cutAfter: count === 0 ? 5000 : 1000 }),
    );
    await expect(get(server)).rejects.toThrow(
      /^net cannot be fetched: http\S+ the connection was cut \(.+\) \(5 tries\)\. Set BENCH_MIRROR/,
    );
    expect(server.requests.length).toBeLessThanOrEqual(6);
    expect(await readFile(`${final()}.part`)).toEqual(CONTENT.subarray(0, 1000));
  });

  it('removes wrong bytes', async () => {
    const wrong = Buffer.from(CONTENT);
    wrong[299_999]! ^= 1;
    const server = await start((request, response) => send(request, response, { content: wrong }));
    await expect(get(server)).rejects.toThrow(
      `net cannot be fetched: ${server.base}/net.onnx sent other bytes than were published (sha256 ${sha256(wrong).slice(0, 12)}…, expected ${sha256(CONTENT).slice(0, 12)}…); they are removed. Set BENCH_MIRROR to a copy, or put the file at ${final()} yourself`,
    );
    expect(files()).toEqual([]);
  });

  it.each([
    ['a part', CONTENT.length - 1],
    ['all', CONTENT.length],
    ['more than all', CONTENT.length + 1],
  ])('replaces %s of a damaged file that an earlier run left', async (_, length) => {
    await mkdir(join(folder, 'models'));
    await writeFile(`${final()}.part`, Buffer.alloc(length));
    const server = await start((request, response) => send(request, response, { content: CONTENT }));
    await get(server);
    await expectComplete();
  });

  it('says which status it was, without trying again', async () => {
    const server = await start((_, response) => answer(response, 404));
    await expect(get(server)).rejects.toThrow(
      `net cannot be fetched: ${server.base}/net.onnx answers 404 Not Found: the file (300000 bytes) is not there. Set BENCH_MIRROR`,
    );
    expect(server.requests).toHaveLength(1);
    expect(files()).toEqual([]);
  });

  it('tries again after a 500', async () => {
    const server = await start((request, response, count) =>
      count === 0 ? answer(response, 500) : send(request, response, { content: CONTENT }),
    );
    await get(server);
    await expectComplete();
  });

  it('follows redirects with its Range, and not for ever', async () => {
    const server = await start((request, response, count) => {
      if (request.url === '/loop') return answer(response, 302, { location: '/loop' });
      if (request.url === '/net.onnx') return answer(response, 302, { location: '/elsewhere' });
      send(request, response, { content: CONTENT, ...(count === 1 ? { cutAfter: 1000 } : {}) });
    });
    await get(server);
    await expectComplete();
    expect(server.requests.at(-1)).toBe('GET /elsewhere bytes=1000-');
    await rm(final());
    await expect(get([`${server.base}/loop`])).rejects.toThrow('redirects more than 8 times');
  });

  it('goes on to the next address, keeping nothing of a wrong one', async () => {
    const server = await start((request, response) => {
      if (request.url === '/missing') return answer(response, 404);
      send(request, response, { content: request.url === '/wrong' ? contentOf(299_000) : CONTENT });
    });
    await get(['missing', 'wrong', 'right'].map((name) => `${server.base}/${name}`));
    await expectComplete();
  });

  it('refuses a file of another size before fetching it: a pointer in its place', async () => {
    const server = await start((request, response) => send(request, response, { content: contentOf(130) }));
    await expect(get(server)).rejects.toThrow('offers 130 bytes, the published file has 300000');
    expect(files()).toEqual([]);
  });

  it('stops at a body without a length that does not end', async () => {
    const server = await start((_, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write(contentOf(65_536)));
        response.once('drain', more);
      };
      more();
    });
    await expect(get(server)).rejects.toThrow('sends more than the 300000 bytes of the published file');
    expect(files()).toEqual([]);
  });

  it('says that a server cannot be reached', async () => {
    const server = await start(() => {});
    await server.close();
    await expect(get(server)).rejects.toThrow(
      /^net cannot be fetched: http\S+ cannot be reached \(.*ECONNREFUSED.*\) \(5 tries\)/,
    );
  });

  it('says beforehand that a file does not fit on the disk', async () => {
    await expect(get([], { bytes: 2 ** 60 })).rejects.toThrow(
      /^net \(\d+ MB\) does not fit: .* MB left; free some, or set BENCH_CACHE/,
    );
  });

  it('says that the folder cannot be written', async () => {
    await writeFile(join(folder, 'models'), 'a file in the place of the folder');
    await expect(get([])).rejects.toThrow(/^net: cannot write to .*; set BENCH_CACHE to a folder of yours$/);
  });
});

describe('two downloads of one file', () => {
  it('the second waits for the first', async () => {
    const server = await start((request, response) =>
      setTimeout(() => send(request, response, { content: CONTENT }), 100),
    );
    const notes: string[] = [];
    const onNote = (line: string) => notes.push(line);
    expect(await Promise.all([get(server, { onNote }), get(server, { onNote })])).toContain(false);
    await expectComplete();
    expect(server.requests).toHaveLength(1);
    expect(notes).toEqual(['net: another process is fetching it; waiting']);
  });

  it('a lock whose process is gone is no lock', async () => {
    await mkdir(join(folder, 'models'));
    // No system hands out process ids that large.
    await writeFile(`${final()}.lock`, JSON.stringify({ host: hostname(), pid: 2 ** 30 }));
    const server = await start((request, response) => send(request, response, { content: CONTENT }));
    await get(server);
    await expectComplete();
  });

  it('what a process that was killed has left is removed, when it was just done, too', async () => {
    const server = await start((request, response) => send(request, response, { content: CONTENT }));
    const token = '6f1b7a57-54c8-4aa2-a7f2-8b0a9a3c5a10';
    const left = async () => {
      await mkdir(`${final()}.lock-${token}`, { recursive: true });
      await writeFile(join(`${final()}.lock-${token}`, 'net.onnx'), CONTENT.subarray(0, 5));
      await writeFile(`${final()}.lock`, JSON.stringify({ host: hostname(), pid: 2 ** 30, token }));
    };
    await left();
    await get(server);
    await expectComplete();
    await left();
    await writeFile(`${final()}.part`, CONTENT);
    expect(await get(server)).toBe(false);
    await expectComplete();
    expect(server.requests).toHaveLength(1);
  });
});

describe('proxies', () => {
  it('are used for hosts that NO_PROXY does not list', async () => {
    const server = await start((request, response) => send(request, response, { content: CONTENT }));
    const proxy = await start((_, response) => answer(response, 500));
    await get(server, { environment: { HTTP_PROXY: proxy.base, NO_PROXY: 'localhost' } });
    await expectComplete();
    expect(proxy.requests).toEqual([`CONNECT ${server.base.replace('http://', '')}`]);
    await rm(final());
    await get(server, { environment: { HTTP_PROXY: proxy.base, NO_PROXY: 'localhost,127.0.0.1' } });
    expect(proxy.requests).toHaveLength(1);
  });
});
