import { describe, expect, it } from 'vitest';
import yargs from 'yargs';
import { UsageError } from '../../src/cli/arguments.js';
import { type FigureFlags, figureOptions, withFigureOptions } from '../../src/cli/figure-options.js';

const parsed = async (line: string, images = 1) => {
  const args = await withFigureOptions(yargs([])).exitProcess(false).fail(false).parseAsync(line);
  return figureOptions(args as unknown as FigureFlags, images);
};

describe('how bench explain draws', () => {
  it('has defaults', async () => {
    expect(await parsed('')).toEqual({
      out: 'out/explain',
      figure: { colormap: 'inferno', alpha: 0.85, ground: 'grey', boxes: true, format: 'png' },
    });
  });

  it('takes colours, opacity, ground, boxes and width', async () => {
    const line = '--colormap jet --alpha 0.5 --over picture --no-box --width 900 --out x --format svg';
    expect(await parsed(line, 3)).toEqual({
      out: 'x',
      figure: { colormap: 'jet', alpha: 0.5, ground: 'colour', boxes: false, width: 900, format: 'svg' },
    });
  });

  it.each([
    ['a/cat.svg', 'a', 'svg', 'cat'],
    ['cat.v2.PDF', '.', 'pdf', 'cat.v2'],
  ])('writes %s, a file by its ending', async (out, folder, format, file) => {
    const { out: at, figure } = await parsed(`--out ${out}`);
    expect([at, figure.format, 'file' in figure && figure.file]).toEqual([folder, format, file]);
  });

  it('refuses one file for several images, two formats, and what is no opacity', async () => {
    await expect(parsed('--out a.svg', 2)).rejects.toThrow(
      new UsageError('--out a.svg: one file for 2 images; give a folder, and --format svg'),
    );
    await expect(parsed('--out a.svg --format pdf')).rejects.toThrow('the file’s ending says svg');
    await expect(parsed('--alpha 2')).rejects.toThrow('--alpha: expected a number from 0 to 1, got 2');
    await expect(parsed('--width 10')).rejects.toThrow('--width: expected a whole number of at least 200');
    await expect(parsed('--colormap vridis')).rejects.toThrow('colormap');
  });
});
