import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultsIn, start } from './kill.js';
import { queueUrl } from './redis.js';
import { type RedisServer, startRedis } from './redis-server.js';
import { bench, makeWorld, PACKAGE } from './world.js';

/* Who may work for whom, and what nobody gets to read. */

const enabled = queueUrl(0) !== undefined;
const PASSWORD = 'hush/9:x';
const run = (out: string, ...more: string[]) => ['run', 'world.yaml', '--out', out, ...more];

let folder: string;
let closed: RedisServer;
let secure: RedisServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-access-'));
  await makeWorld(folder, 9);
  if (!enabled) return;
  closed = await startRedis(['--requirepass', PASSWORD]);
  const [key, certificate] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate];
  execFileSync('openssl', [...made, '-days', '2', ...subject], { stdio: 'ignore' });
  const files = ['--tls-key-file', key, '--tls-cert-file', certificate, '--tls-ca-cert-file', certificate];
  secure = await startRedis(['--requirepass', PASSWORD, '--tls-auth-clients', 'no', ...files]);
}, 60_000);
afterAll(async () => {
  await Promise.all([closed?.remove(), secure?.remove()]);
  await rm(folder, { recursive: true });
});

const withPassword = (port: number, protocol = 'redis', password = PASSWORD) =>
  `${protocol}://:${encodeURIComponent(password)}@127.0.0.1:${port}`;

/** Every text that a run has left or printed. */
async function everything(out: string, ...printed: string[]): Promise<string> {
  const files = await readdir(join(folder, out));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, out, name), 'utf8')));
  return [...printed, ...texts].join('\n');
}

const SECRET = /hush|hush%2F9%3Ax/i;

describe('a queue that is not there', () => {
  it('is one line and exit status 1, soon, for coordinator and worker', async () => {
    const nothing = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => nothing.once('listening', resolve));
    const { port } = nothing.address() as { port: number };
    await new Promise((resolve) => nothing.close(resolve));
    const url = withPassword(port);
    for (const args of [run('none', '--queue', url), ['worker', '--queue', url]]) {
      const { status, stderr } = await bench(folder, args, { BENCH_DEBUG: '1' });
      expect(stderr).toContain(
        `bench: redis://127.0.0.1:${port}: cannot be used as a queue (connect ECONNREFUSED 127.0.0.1:${port}); is Redis running there?\n`,
      );
      expect([status, stderr]).toEqual([1, expect.not.stringMatching(SECRET)]);
    }
    expect(await readdir(folder)).not.toContain('none');
  });

  it('a server that says nothing is waited for a bounded time', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as { port: number };
    const began = Date.now();
    const { status, stderr } = await bench(folder, ['worker', '--queue', `redis://127.0.0.1:${port}`]);
    mute.close();
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^bench: redis:\S+: cannot be used .*\n$/)]);
    expect(Date.now() - began).toBeLessThan(40_000);
  });

  it('pictures do not travel: --overlays is refused', async () => {
    const { status, stderr } = await bench(folder, run('x', '--queue', 'redis://h', '--overlays', '2'));
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^bench: --overlays: maps do not travel/)]);
  });
});

describe.skipIf(!enabled)('a queue with a password', () => {
  it.each([
    ['redis', () => closed],
    ['rediss', () => secure],
  ] as const)('%s: works, and it is in no output and no file', async (protocol, server) => {
    const env = {
      NODE_EXTRA_CA_CERTS: protocol === 'rediss' ? join(folder, 'cert.pem') : '',
      BENCH_DEBUG: '1',
    };
    const out = `auth-${protocol}`;
    const url = withPassword(server().port, protocol);
    // A variable may stand for it, so that the list of processes does not show it either.
    const hidden = url.replace(encodeURIComponent(PASSWORD), ['$', '{PW}'].join(''));
    const worker = bench(folder, ['worker', '--queue', hidden], { ...env, PW: encodeURIComponent(PASSWORD) });
    const { status, stdout, stderr } = await bench(folder, run(out, '--queue', url), env);
    const helped = await worker;
    expect([status, helped.status]).toEqual([0, 0]);
    expect(stderr + helped.stderr).toContain(`${protocol}://127.0.0.1:${server().port}`);
    expect(await everything(out, stdout, stderr, helped.stdout, helped.stderr)).not.toMatch(SECRET);
  });

  it('a wrong or a missing one is one line, without it', async () => {
    const wrong = withPassword(closed.port, 'redis', 'hush-wrong');
    const { status, stderr } = await bench(folder, run('wrong', '--queue', wrong), { BENCH_DEBUG: '1' });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/WRONGPASS.*give USER:PASSWORD@ in the URL/)]);
    expect(stderr).not.toMatch(SECRET);
    const none = await bench(folder, ['worker', '--queue', `redis://127.0.0.1:${closed.port}`]);
    expect([none.status, none.stderr]).toEqual([
      1,
      expect.stringMatching(/^bench: .*NOAUTH.*USER:PASSWORD@.*\n$/),
    ]);
  });
});

describe.skipIf(!enabled)('a worker of another kind', () => {
  it('is refused in one line: program, model, data; with a CONFIG of its own it may have other places', async () => {
    const url = `${withPassword(closed.port)}/3`;
    const stopped = start(folder, run('kinds', '--queue', url));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const other = join(folder, 'other');
    await cp(join(PACKAGE, 'dist'), join(other, 'dist'), { recursive: true });
    await cp(join(PACKAGE, 'package.json'), join(other, 'package.json'));
    await cp(join(PACKAGE, 'results'), join(other, 'results'), { recursive: true });
    await symlink(join(PACKAGE, 'node_modules'), join(other, 'node_modules'));
    const file = join(other, 'dist', 'base', 'box.js');
    await writeFile(file, `${await readFile(file, 'utf8')}\n// Not the same program.\n`);
    const refused = async (...args: string[]) => {
      const { status, stderr } = await bench(folder, args);
      expect(status).toBe(1);
      return stderr.replace(/^waiting for a run at .*\n/, '');
    };
    const foreign = await bench(
      folder,
      ['worker', '--queue', url],
      {},
      join(other, 'dist', 'cli', 'main.js'),
    );
    expect(foreign.status).toBe(1);
    expect(foreign.stderr).toMatch(
      /^(waiting.*\n)?bench: run world is refused: program\.code was [0-9a-f]{12}…, is [0-9a-f]{12}…; a worker needs the same program, .*\n$/,
    );
    await cp(join(folder, 'colors.onnx'), join(folder, 'elsewhere', 'colors.onnx'));
    await cp(join(folder, 'data'), join(folder, 'data2'), { recursive: true });
    const model = await readFile(join(folder, 'colors.onnx'));
    // One more, unknown, field of the file: another model by its hash.
    await writeFile(join(folder, 'colors.onnx'), Buffer.concat([model, Buffer.from([0xc0, 0x3e, 0x01])]));
    expect(await refused('worker', '--queue', url)).toMatch(
      /^bench: run world is refused: model colors\.bytes was \d+, is \d+; model colors\.sha256 was .*\n$/,
    );
    await rm(join(folder, 'data'), { recursive: true });
    expect(await refused('worker', '--queue', url)).toMatch(
      /^bench: run world is refused: dataset\.root: there is no folder .*data; .*bench worker CONFIG\n$/,
    );
    const set = ['--set', 'dataset.root=data2', '--set', 'model.onnx=elsewhere/colors.onnx'];
    expect(
      await refused('worker', 'world.yaml', '--queue', url, ...set, '--set', 'localization.iou=0.4'),
    ).toMatch(/^bench: run world is refused: localization\.iou was 0\.5, is 0\.4; .*\n$/);
    const helped = await bench(folder, ['worker', 'world.yaml', '--queue', url, ...set]);
    expect(helped).toMatchObject({ status: 0, stderr: expect.stringMatching(/world: over\n$/) });
    expect((await stopped.ended).code).toBe(0);
    expect(await resultsIn(join(folder, 'kinds'))).toHaveLength(4);
  }, 120_000);
});
