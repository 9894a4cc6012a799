import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, contentOf, type Loopback, send, serve, sha256 } from '../fetch/loopback.js';
import { bench, PACKAGE } from './world.js';

const CONTENT = contentOf(200_000);

let folder: string;
let server: Loopback;
let env: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-fetch-'));
});
afterEach(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A mirror on the loopback, and a list of models with a single small one. */
async function world(handler: Parameters<typeof serve>[0]): Promise<void> {
  server = await serve(handler);
  const published = {
    title: 'a test',
    repository: 'some/models',
    commit: 'a'.repeat(40),
    path: 'models/tiny.onnx',
    sha256: sha256(CONTENT),
    bytes: CONTENT.length,
    classes: 'sorted-wnid',
    layout: 'nchw',
    input: { size: 224 },
    open: 'the mean is not known',
  };
  const manifest = {
    repositories: { 'some/models': ['https://published.example/{repository}/raw/{commit}/{path}'] },
    models: { tiny: published },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  env = {
    BENCH_MANIFEST: join(folder, 'manifest.json'),
    BENCH_CACHE: join(folder, 'cache'),
    BENCH_MIRROR: `${server.base}/mirror/`,
    HTTP_PROXY: '',
    http_proxy: '',
  };
}

const path = () => join(folder, 'cache', 'models', sha256(CONTENT).slice(0, 12), 'tiny.onnx');

describe('bench fetch', () => {
  it('fetches from the mirror into the cache, once', async () => {
    await world((request, response) => send(request, response, { content: CONTENT }));
    expect(await bench(folder, ['fetch', 'tiny'], env)).toEqual({
      status: 0,
      stdout: `tiny: ${path()}\n`,
      stderr: 'note: tiny: the mean is not known\n',
    });
    expect(await readFile(path())).toEqual(CONTENT);
    expect((await bench(folder, ['fetch', 'tiny'], env)).stdout).toBe(`tiny: ${path()} (there already)\n`);
    expect(server.requests).toEqual([`GET /mirror/some/models/raw/${'a'.repeat(40)}/models/tiny.onnx`]);
    expect((await bench(folder, ['fetch', '--list'], env)).stdout).toMatch(
      /tiny +0\.2 MB +fetched +a test\n$/,
    );
  });

  it('takes up a fetch whose process was killed', async () => {
    await world((request, response, count) => {
      if (count > 0) return send(request, response, { content: CONTENT });
      response.writeHead(200, { 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, 80_000));
    });
    const main = join(PACKAGE, 'dist', 'cli', 'main.js');
    const killed = execFile(process.execPath, [main, 'fetch', 'tiny'], { env: { ...process.env, ...env } });
    const gone = once(killed, 'exit');
    while ((await readFile(`${path()}.part`).catch(() => CONTENT.subarray(0, 0))).length < 80_000)
      await sleep(20);
    killed.kill('SIGKILL');
    await gone;
    const { status } = await bench(folder, ['fetch', 'tiny'], env);
    expect(status).toBe(0);
    expect(server.requests[1]).toMatch(/ bytes=80000-$/);
    expect(await readFile(path())).toEqual(CONTENT);
    await expect(access(`${path()}.lock`)).rejects.toThrow();
  });

  it('two processes at once fetch it once', async () => {
    await world((request, response) => setTimeout(() => send(request, response, { content: CONTENT }), 300));
    const outcomes = await Promise.all([1, 2].map(() => bench(folder, ['fetch', 'tiny'], env)));
    expect(outcomes.map(({ status }) => status)).toEqual([0, 0]);
    expect(server.requests).toHaveLength(1);
    expect(await readFile(path())).toEqual(CONTENT);
  });

  it('says in one line what is wrong, and exits with 1', async () => {
    await world((_, response) => answer(response, 404));
    const { status, stdout, stderr } = await bench(folder, ['fetch', 'tiny'], env);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^bench: tiny cannot be fetched: http\S+ answers 404 Not Found: .* put the file at \S+ yourself\n$/,
    );
    const unknown = await bench(folder, ['fetch', 'tinny'], env);
    expect(unknown.stderr).toBe(
      'bench: no published model is called `tinny` (did you mean "tiny"?); `bench fetch --list` shows them\n',
    );
  });

  it('asks which model, with exit status 2', async () => {
    await world((_, response) => answer(response, 404));
    const { status, stderr } = await bench(folder, ['fetch'], env);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'bench: fetch: which models? --list shows them (bench --help shows how)\n',
    });
  });
});
