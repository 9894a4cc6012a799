// What a user of the package meets: packs it, installs it into empty projects and runs what it promises there.
//   node scripts/package/check.mjs          the light install: commands, library, tsc, publint, attw, TypeDoc
//   node scripts/package/check.mjs --full   the same with TensorFlow.js and OpenCV beside it
//   node scripts/package/check.mjs --sizes  both installs and what each weighs
// Where the registry is not reached it says so and ends well. Nothing is published.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderBytes, megabytes } from './sizes.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [full, sizes] = ['--full', '--sizes'].map((flag) => process.argv.includes(flag));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const work = mkdtempSync(join(tmpdir(), 'package-check-'));

const say = (line) => console.log(`package: ${line}`);
const run = (cwd, command, args) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** The line of docs/install.md: no dependency needs its install script, and onnxruntime-node's wants more than the registry. */
const INSTALL = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
const PEERS = Object.entries(own.peerDependencies).map(([name, version]) => `${name}@${version}`);

function isRegistryReached() {
  try {
    run(root, npm, ['view', `typescript@${own.devDependencies.typescript}`, 'version', '--fetch-retries=0']);
    return true;
  } catch {
    return false;
  }
}

/** Packs what is built and says what it weighs. */
function packed() {
  run(root, process.execPath, ['scripts/build-if-newer.mjs']);
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(
    run(root, npm, ['pack', '--json', '--pack-destination', work]),
  );
  say(`${filename}: ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked, ${entryCount} files`);
  return join(work, filename);
}

/** An empty project with the package in it. */
function project(name, tarball, others = []) {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  run(folder, npm, [...INSTALL, tarball, ...others]);
  say(`${name} install: node_modules weighs ${megabytes(folderBytes(join(folder, 'node_modules')))}`);
  return folder;
}

/** Fails when the words are not in what a step printed. */
function step(name, printed, ...words) {
  for (const word of words) {
    if (!printed.includes(word)) throw new Error(`${name}: no \`${word}\` in\n${printed}`);
  }
  say(`${name}: ok`);
}

function checkCommands(folder) {
  const inside = join(folder, 'node_modules', own.name);
  const bin = (command, ...args) => run(folder, join(folder, 'node_modules', '.bin', command), args);
  step('explanation-bench --version', bin('explanation-bench', '--version'), own.version);
  const photo = join(inside, 'examples', 'photos', 'cat.jpg');
  step('bench explain', bin('bench', 'explain', photo, '--out', 'out'), 'Egyptian cat', 'figure: ');
  const config = join(inside, 'configs', 'quickstart.yaml');
  const few = ['--limit', '4', '--out', 'results'];
  step('bench run, the quickstart on 4 images', bin('bench', 'run', config, ...few), 'vgg16', 'resnet');
  step(
    'bench list',
    bin('bench', 'list'),
    'quickstart.yaml',
    full ? 'tfjs' : 'TensorFlow.js is not installed',
  );
}

function checkLibrary(folder) {
  const inside = join(folder, 'node_modules', own.name);
  cpSync(join(inside, 'examples', 'library'), join(folder, 'examples'), { recursive: true });
  const [model, photo] = [
    join(inside, 'models', 'squeezenet1.1.onnx'),
    join(inside, 'examples', 'photos', 'cat.jpg'),
  ];
  const example = (name, ...args) => run(folder, process.execPath, [join('examples', name), ...args]);
  step('examples/library/explain.mjs', example('explain.mjs', model, photo, 'cat.png'), 'Egyptian cat: 0.6');
  step('examples/library/judge-maps.mjs', example('judge-maps.mjs'), 'MaxBoxAccV2: 100');
}

/** The compiler on a user's file, with the strictest settings and nothing skipped. */
function checkTypes(folder) {
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
  for (const module of ['nodenext', 'esnext']) {
    const resolution = module === 'esnext' ? 'bundler' : 'nodenext';
    const compilerOptions = { ...strict, target: 'es2022', types: [], module, moduleResolution: resolution };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['examples/typed.ts'] }),
    );
    step(`tsc, module ${module}`, run(folder, join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.']));
  }
}

/** What tools that look at it from outside say of the tarball and of the surface. They have a folder of their own. */
function checkSurface(tarball) {
  const folder = join(root, 'scripts', 'api');
  if (!existsSync(join(folder, 'node_modules', '.package-lock.json'))) {
    run(folder, npm, ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']);
  }
  const bin = (name, ...args) => run(folder, join(folder, 'node_modules', '.bin', name), args);
  step('publint', bin('publint', 'run', tarball, '--strict'), 'All good!');
  // The package is for `import` alone, as its `type` says.
  step('attw', bin('attw', tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'), 'OK (ESM)');
  step('typedoc', bin('typedoc'));
}

/** TensorFlow.js and OpenCV answer where they are installed. */
function checkPeers(folder) {
  const inside = join(folder, 'node_modules', own.name);
  const bin = (...args) => run(folder, join(folder, 'node_modules', '.bin', 'bench'), args);
  const config = join(inside, 'configs', 'quickstart.yaml');
  const one = ['--limit', '2', '--out', 'results-tfjs', '--verbose'];
  const settings = ['--set', 'engine=tfjs:wasm', '--set', 'localization.rule=grabcut'];
  step('tfjs and grabcut', bin('run', config, ...one, ...settings), 'alexnet');
}

try {
  if (!isRegistryReached()) {
    say('skipped: the npm registry is not reached');
  } else {
    const tarball = packed();
    const folder = full ? project('full', tarball, PEERS) : project('light', tarball);
    if (sizes) project(full ? 'light' : 'full', tarball, full ? [] : PEERS);
    checkCommands(folder);
    checkLibrary(folder);
    checkTypes(folder);
    checkSurface(tarball);
    if (full) checkPeers(folder);
  }
} catch (error) {
  console.error(`package: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
