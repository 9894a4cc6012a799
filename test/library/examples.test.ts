import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageSize } from '../../src/images/decode.js';
import { PACKAGE } from '../cli/world.js';

/* The examples as users run them: each imports the package by its name, as `npm run build` made it. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(name: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const file = join(PACKAGE, 'examples', 'library', name);
    execFile(process.execPath, [file, ...args], { cwd: folder }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${name}: ${stderr}`));
      else resolve({ stdout, stderr });
    });
  });
}

const model = join(PACKAGE, 'models', 'squeezenet1.1.onnx');
const photo = (name: string) => join(PACKAGE, 'examples', 'photos', name);

describe('examples/library', () => {
  it('explain.mjs names classes, boxes and writes a picture', async () => {
    const { stdout } = await run('explain.mjs', model, photo('cat.jpg'), 'cat.png');
    expect(stdout.match(/^\S.*: 0\.\d{3}$/gm)).toHaveLength(3);
    expect(stdout).toMatch(/^Egyptian cat: 0\.663$/m);
    expect(stdout.match(/^ {2}guided-backprop at input, 224 × 224: box \{"x0":/gm)).toHaveLength(3);
    expect(await imageSize(join(folder, 'cat.png'))).toEqual(await imageSize(photo('cat.jpg')));
  });

  it('folder.mjs has a line for each picture, and a word for what is none', async () => {
    const { stdout, stderr } = await run('folder.mjs');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ item, name }) => [item, name])).toEqual([
      [photo('cat.jpg'), 'Egyptian cat'],
      [photo('coffee.jpg'), 'espresso'],
      [photo('rocket.jpg'), 'missile'],
    ]);
    expect(stderr).toMatch(/README\.md: not an image/);
  });

  it('localization.mjs prints errors with intervals, and their difference', async () => {
    const { stdout } = await run('localization.mjs', '12');
    const [gradCam, , backprop, , difference] = stdout.trim().split('\n');
    expect(gradCam).toMatch(/^grad-cam, top-1: \d+\.\d % \(.*\), n = 12$/);
    expect(backprop).toMatch(/^backprop, top-1: \d+\.\d % \(.*\), n = 12$/);
    const number = (line: string) => Number(/: (-?[\d.]+) %/.exec(line)![1]);
    expect(number(difference!)).toBeCloseTo(number(gradCam!) - number(backprop!), 0);
    expect(number(gradCam!)).toBeGreaterThan(0);
    expect(number(gradCam!)).toBeLessThan(100);
  });

  it('judge-maps.mjs judges a map that it made', async () => {
    const { stdout } = await run('judge-maps.mjs');
    expect(stdout).toBe(
      [
        'box {"x0":33,"y0":33,"x1":85,"y1":85}',
        'localization error, top-1: 0',
        'MaxBoxAccV2: 100',
        'pointing game: 100',
        '',
      ].join('\n'),
    );
  });

  it('import what the package exports alone', async () => {
    const { exports } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'));
    expect(Object.keys(exports)).toEqual(['.', './eval', './package.json']);
    const reach = (name: string) =>
      new Promise<string>((resolve) => {
        const program = `import(${JSON.stringify(name)}).then(() => console.log('there'), ({ code }) => console.log(code))`;
        execFile(process.execPath, ['-e', program], { cwd: PACKAGE }, (_, stdout) => resolve(stdout.trim()));
      });
    expect(await reach('explanation-bench/eval')).toBe('there');
    for (const inner of ['explanation-bench/dist/library/index.js', 'explanation-bench/dist/cli/main.js']) {
      expect(await reach(inner)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
    }
  });
});
