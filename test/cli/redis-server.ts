import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * A Redis of a test's own, on the loopback and with an append-only file, that can be taken away and brought back.
 */

export interface RedisServer {
  readonly port: number;
  /** As if the power failed, but for what the system has of its file. */
  kill(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether somebody listens; that it still reads its file is the client's matter. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** @param more further arguments of redis-server; with a certificate among them, its port is for TLS alone */
export async function startRedis(more: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-redis-'));
  const port = await freePort();
  const secure = more.includes('--tls-cert-file');
  const ports = secure ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)];
  const settings = ['--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', ''];
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn('redis-server', [...ports, ...settings, ...more], { stdio: 'ignore' });
    for (let tries = 0; tries < 200; tries++) {
      if (await listens(port)) return;
      await pause(50);
    }
    throw new Error('redis-server does not answer');
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    port,
    kill,
    start,
    remove: async () => {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}
