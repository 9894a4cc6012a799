import { execFile, execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { decodeImage } from '../../dist/images/decode.js';
import { findBrowser } from './runtimes.mjs';

/*
 * Runs the programs of docs/compiled.md as they stand there, and prints what each says. README.md beside this file says how to call it.
 */

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    chromium: { type: 'string' },
    headers: { type: 'string' },
    library: { type: 'string' },
  },
});

const page = await readFile(join(ROOT, 'docs', 'compiled.md'), 'utf8');
/** The first block in a language. */
const code = (language) => new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)[1];

async function browsed(browser, folder) {
  const kinds = { '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };
  const server = createServer(async (request, response) => {
    const path = join(folder, normalize(request.url));
    const bytes = await readFile(path).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404, {
      'content-type': kinds[extname(path)] ?? 'application/octet-stream',
    });
    response.end(bytes);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  const wait = ['--virtual-time-budget=600000', '--timeout=600000', '--dump-dom'];
  const address = `http://127.0.0.1:${server.address().port}/heat.html`;
  try {
    const profile = `--user-data-dir=${join(folder, 'profile')}`;
    const { stdout } = await run(browser, [...flags, ...wait, profile, address]);
    return /class \d+, [\d.]+ in the middle/.exec(stdout)?.[0] ?? stdout;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'as-written-'));
try {
  const command = /^bench (compile .*) -o explained\.onnx$/m.exec(page)[1].split(' ');
  const out = ['-o', join(folder, 'explained.onnx'), '-q'];
  execFileSync(process.execPath, [join(ROOT, 'dist', 'cli', 'main.js'), ...command, ...out], { cwd: ROOT });
  const photograph = join(ROOT, 'examples', 'photos', 'cat.jpg');
  await copyFile(photograph, join(folder, 'cat.jpg'));
  if (options.python !== undefined) {
    await writeFile(join(folder, 'heat.py'), code('python'));
    console.log(`Python: ${(await run(options.python, ['heat.py'], { cwd: folder })).stdout.trim()}`);
  }
  const browser = options.chromium ?? findBrowser();
  if (browser !== undefined) {
    await symlink(join(ROOT, 'node_modules', 'onnxruntime-web'), join(folder, 'onnxruntime-web'));
    await writeFile(join(folder, 'heat.html'), code('html'));
    console.log(`browser: ${await browsed(browser, folder)}`);
  }
  if (options.headers !== undefined && options.library !== undefined) {
    await writeFile(join(folder, 'heat.cpp'), code('cpp'));
    const link = [`-L${options.library}`, `-Wl,-rpath,${options.library}`, '-lonnxruntime', '-o', 'heat'];
    await run('g++', ['-std=c++17', `-I${options.headers}`, 'heat.cpp', ...link], { cwd: folder });
    const { data } = await decodeImage(photograph);
    const printed = execFileSync('./heat', { cwd: folder, input: Buffer.from(data) });
    console.log(`C++: ${printed.toString('utf8').trim()}`);
  }
} finally {
  await rm(folder, { recursive: true, maxRetries: 5, retryDelay: 200 });
}
