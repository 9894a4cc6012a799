import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web/wasm';

/*
 * Each runtime takes a compiled file and tensors { type, shape, data } by name, and gives { version, outputs } of the same kind.
 */

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const ORT = fileURLToPath(new URL('../../node_modules/onnxruntime-web/dist/', import.meta.url));
const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int64: BigInt64Array };

web.env.wasm.numThreads = 1;

/** onnxruntime-node, and onnxruntime-web's WASM in Node: one API. */
async function here(ort, version, model, inputs) {
  const session = await ort.InferenceSession.create(await readFile(model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const feeds = Object.entries(inputs).map(([name, { type, data, shape }]) => [
    name,
    new ort.Tensor(type, data, shape),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  const outputs = session.outputNames.map((name) => {
    const { type, dims, data } = results[name];
    return [name, { type, shape: dims, data: data.slice() }];
  });
  await session.release();
  return { version, outputs: Object.fromEntries(outputs) };
}

const asArray = (type, bytes) =>
  new ARRAYS[type](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));

const described = (inputs) =>
  Object.entries(inputs).map(([name, { type, shape }]) => ({ name, type, shape }));

async function python(runtime, command, model, inputs) {
  const folder = await mkdtemp(join(tmpdir(), 'compiled-'));
  try {
    await writeFile(join(folder, 'inputs.json'), JSON.stringify(described(inputs)));
    for (const [name, { data }] of Object.entries(inputs)) await writeFile(join(folder, `${name}.bin`), data);
    await run(command, [join(HERE, 'run.py'), runtime, model, folder]);
    const { version, outputs } = JSON.parse(await readFile(join(folder, 'outputs.json'), 'utf8'));
    const read = outputs.map(async ({ name, type, shape }, i) => {
      return [name, { type, shape, data: asArray(type, await readFile(join(folder, `${i}.bin`))) }];
    });
    return { version, outputs: Object.fromEntries(await Promise.all(read)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What onnx.checker says, shape inference included. */
export async function check(command, model) {
  return JSON.parse((await run(command, [join(HERE, 'run.py'), 'check', model])).stdout);
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** A browser of its own for each run: its page fetches file and tensors from here, and posts what came out. */
export async function chromium(browser, model, inputs) {
  const posted = new Map();
  let end;
  const ended = new Promise((resolve, reject) => {
    end = { resolve, reject };
  });
  const answers = async (request, response) => {
    const path = request.url.split('?')[0];
    if (request.method === 'POST') {
      posted.set(path, await body(request));
      response.end();
      if (path === '/done') end.resolve();
      if (path === '/failed') end.reject(new Error(`chromium: ${posted.get(path)}`));
      return;
    }
    const [, input] = /^\/input\/(.+)$/.exec(path) ?? [];
    const file = path.startsWith('/ort/') ? join(ORT, basename(path)) : join(HERE, 'page.html');
    const kinds = { mjs: 'text/javascript', wasm: 'application/wasm', html: 'text/html' };
    if (input !== undefined) response.end(Buffer.from(inputs[decodeURIComponent(input)].data.buffer));
    else if (path === '/inputs.json') response.end(JSON.stringify(described(inputs)));
    else if (path === '/model') response.end(await readFile(model));
    else {
      response.setHeader('content-type', kinds[file.split('.').at(-1)] ?? 'application/octet-stream');
      response.end(await readFile(file));
    }
  };
  const server = createServer((request, response) => {
    answers(request, response).catch((error) => {
      response.statusCode = 404;
      response.end(String(error));
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  const address = `http://127.0.0.1:${server.address().port}/`;
  const child = spawn(browser, [...flags, `--user-data-dir=${profile}`, address], {
    stdio: 'ignore',
    detached: true,
  });
  child.on('error', (error) => end.reject(error));
  child.on('exit', (code) => end.reject(new Error(`chromium ended with ${code}`)));
  const late = setTimeout(() => end.reject(new Error('chromium: no answer in ten minutes')), 600_000);
  try {
    await ended;
    const { version, outputs } = JSON.parse(posted.get('/done').toString('utf8'));
    return {
      version,
      outputs: Object.fromEntries(
        outputs.map(({ name, type, shape }, i) => [
          name,
          { type, shape, data: asArray(type, posted.get(`/output/${i}`)) },
        ]),
      ),
    };
  } finally {
    clearTimeout(late);
    // The browser's processes are one group.
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {}
    server.close();
    server.closeAllConnections();
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** A Chromium of this machine; undefined where there is none. */
export function findBrowser() {
  const { CHROMIUM } = process.env;
  const places = [CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return places.find((path) => path && existsSync(path));
}

/** The runtimes that can be had. */
export function runtimesWith({ python: command, browser }) {
  return {
    'onnxruntime-node': (model, inputs) => here(node, node.env.versions.node, model, inputs),
    'onnxruntime-web in Node': (model, inputs) => here(web, web.env.versions.web, model, inputs),
    ...(browser
      ? { 'onnxruntime-web in Chromium': (model, inputs) => chromium(browser, model, inputs) }
      : {}),
    ...(command
      ? {
          'onnxruntime in Python': (model, inputs) => python('onnxruntime', command, model, inputs),
          OpenVINO: (model, inputs) => python('openvino', command, model, inputs),
        }
      : {}),
  };
}
