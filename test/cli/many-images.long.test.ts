import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bench } from './world.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'many-'));
  await cp(fileURLToPath(new URL('../cases/file-names', import.meta.url)), folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

const FLAGS = ['--size', '32', '--scale', '1/255', '--top', '1'];

describe('pictures of images and networks with awkward names', () => {
  it('never write over each other', async () => {
    const images = ['1-x.png', 'a b.png', 'a-b.jpg', 'x.jpg', 'x.png'];
    const args = ['explain', ...images, '--model', 'pixels.onnx', '--method', 'input-x-gradient', '--npy'];
    const { status, stderr } = await bench(folder, [...args, ...FLAGS, '--out', 'out']);
    expect(stderr).not.toContain('bench:');
    expect(status).toBe(0);
    const files = await readdir(join(folder, 'out'));
    const endings = ['.1-input-x-gradient.npy', '.logits.npy', '.png'];
    expect(endings.map((ending) => files.filter((file) => file.endsWith(ending)).length)).toEqual([5, 5, 6]);
    const stems = files
      .filter((file) => file.endsWith('.logits.npy'))
      .map((file) => file.replace('.logits.npy', ''));
    expect(stems.sort()).toEqual(['1-x', 'a%20b', 'a-b', 'x~4', 'x~5']);
  });

  it('have a folder for each network of a run', async () => {
    const { status } = await bench(join(folder, 'networks'), [
      'run',
      'run.yaml',
      '--out',
      'out',
      '--overlays',
      '2',
    ]);
    expect(status).toBe(0);
    const networks = await readdir(join(folder, 'networks/out/overlays'));
    expect(networks.sort()).toEqual(['net%20a', 'net-a']);
    for (const network of networks) {
      const files = await readdir(join(folder, 'networks/out/overlays', network));
      expect(files).toHaveLength(2 + 1);
    }
  });
});

/**
 * Kilobytes that the program held at its fullest. glibc keeps freed memory apart for each thread that drew: with one arena, what
 * is measured is what is held.
 */
async function peak(images: number): Promise<number> {
  const told = 'process.on("exit",()=>console.error("peak "+process.resourceUsage().maxRSS))';
  const env = {
    MALLOC_ARENA_MAX: '1',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(told)}`,
  };
  const pictures = Array.from({ length: images }, () => 'x.png');
  const args = ['explain', ...pictures, '--model', 'pixels.onnx', '--method', 'input-x-gradient', ...FLAGS];
  const { status, stderr } = await bench(folder, [...args, '--out', `many-${images}`], env);
  expect(status).toBe(0);
  return Number(/peak (\d+)/.exec(stderr)![1]);
}

describe('the memory of bench explain', () => {
  it('does not grow with the number of images', async () => {
    const [few, many] = [await peak(48), await peak(480)];
    expect((await readdir(join(folder, 'many-480'))).length).toBe(480 + 10);
    expect(many - few).toBeLessThan(100_000);
  }, 300_000); // a busy machine takes a minute and more
});
