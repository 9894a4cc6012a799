import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { bench, PACKAGE } from './world.js';

/* The experiments' own configurations on the quickstart's first scenes: what is computed is checked in test/eval. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-measures-'));
});
afterAll(() => rm(folder, { recursive: true }));

let runs = 0;
async function run(experiment: string, images: number, assignments: readonly string[] = []) {
  const config = join(PACKAGE, 'configs', 'experiments', `${experiment}.yaml`);
  const out = join(folder, `${experiment}-${++runs}`);
  const all = [`dataset.limit=${images}`, 'bootstrap.replicates=20', ...assignments];
  const set = all.flatMap((assignment) => ['--set', assignment]);
  const { status, stdout, stderr } = await bench(folder, ['run', config, '--out', out, ...set]);
  expect(stderr).not.toContain('bench:');
  expect(status).toBe(0);
  const read = (file: string) => readFile(join(out, file), 'utf8');
  const table = async (file: string) => {
    const [head, ...rows] = parseCsv(await read(file));
    return rows.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
  };
  return { stdout, read, table };
}

/** In place of the configuration's networks, to be quick. */
function networks(name: string): string {
  return `networks=[{ model: { onnx: ${join(PACKAGE, 'models', 'quickstart', `${name}.onnx`)} } }]`;
}

// Together: most of each is the program's start.
describe.concurrent('bench run of an experiment', () => {
  it('wsol: box measures and PxAP per method, and a curve', async () => {
    const { stdout, read, table } = await run('wsol', 1);
    const rows = await table('table.csv');
    const of = (method: string) => rows.filter((row) => row.network === 'resnet' && row.method === method);
    expect(of('cam').map(({ measure }) => measure)).toEqual([
      ...['MaxBoxAcc', 'MaxBoxAccV2', 'MaxBoxAccV2@0.3', 'MaxBoxAccV2@0.5', 'MaxBoxAccV2@0.7', 'PxAP'],
    ]);
    // Behind global average pooling the two are one map, up to a factor.
    const values = (method: string) => of(method).map(({ measure, value }) => [measure, value]);
    expect(values('cam')).toEqual(values('grad-cam'));
    expect(of('center-gaussian').at(-1)).toMatchObject({ images: '1' });
    expect(stdout).toContain('MaxBoxAccV2');
    expect(await read('box-accuracy.svg')).toContain('<svg');
    expect((await table('curves.csv')).length).toBe(8 * 3 * 255);
  });

  it('segmentation: seeds against masks, a sweep, and cues for SEC', async () => {
    const { stdout, read, table } = await run('segmentation', 1);
    const rows = await table('table.csv');
    expect(rows.map(({ network, method, n }) => [network, method, n])).toEqual([
      ['vgg16', 'grad-cam', '1'],
      ['vgg16', 'backprop', '1'],
      ['vgg16-gap', 'grad-cam', '1'],
      ['vgg16-gap', 'cam', '1'],
      ['vgg16-gap', 'backprop', '1'],
    ]);
    expect(rows[2]!.mean_iou).toBe(rows[3]!.mean_iou);
    expect(stdout).toContain('VGG-16 grad-cam: mean_iou 49.6 (paper, VOC 2012 val, after SEC)');
    expect((await table('classes.csv')).filter(({ class: name }) => name === 'background')).toHaveLength(5);
    expect(await read('sweep.svg')).toContain('mean IoU');
    const pickle = await read('seeds-vgg16-grad-cam.pickle');
    expect(pickle).toMatch(/^\(dV0_labels\n\(l(I\d+\na)+sV0_cues\n/);
    expect((await read('input_list.txt')).split('\n')).toHaveLength(2);
  });

  it('segmentation without masks: no threshold is the best one of nothing', async () => {
    const root = join(PACKAGE, 'datasets', 'quickstart', 'imagenet');
    const data = `dataset={ name: imagenet, root: ${root}, limit: 1 }`;
    const { stdout, table } = await run('segmentation', 1, [
      ...[data, networks('resnet'), 'methods=[grad-cam]'],
    ]);
    expect((await table('table.csv'))[0]).toMatchObject({
      n: '0',
      mean_iou: '',
      best_mean_iou: '',
      best_threshold: '',
    });
    expect(stdout).toMatch(/ 0 +– +–\n(?:.|\n)*No image has a mask: nothing was measured\./);
  });

  it('layer-sweep: a row per layer and measure', async () => {
    const { read, table } = await run('layer-sweep', 1);
    const rows = await table('table.csv');
    const of = (name: string) => rows.filter(({ network }) => network === name);
    expect(new Set(of('vgg16').map(({ layer }) => layer)).size).toBe(13);
    expect(of('vgg16')).toHaveLength(13 * 3);
    expect(new Set(of('resnet').map(({ layer }) => layer)).size).toBe(9);
    expect(rows).toHaveLength((13 + 9) * 3);
    expect(await read('curve.svg')).toContain('relu5_3');
    expect(await read('maps-vgg16.svg')).toContain('<svg');
  });

  it('occlusion-correlation: a row per method beside occlusion, the published ones below', async () => {
    const { stdout, table } = await run('occlusion-correlation', 1);
    const rows = await table('table.csv');
    expect(rows.every(({ method, value }) => method !== 'occlusion' && Math.abs(Number(value)) <= 1)).toBe(
      true,
    );
    expect(stdout).toContain('VGG-16 guided-grad-cam: rank_correlation 0.261');
  });

  it('failure-analysis: right and wrong images apart, the mistakes by confidence', async () => {
    const { read, table } = await run('failure-analysis', 6);
    const counts = (await table('table.csv'))
      .filter(({ network }) => network === 'vgg16')
      .map(({ n }) => Number(n));
    expect(counts[0]! + counts[1]!).toBe(6);
    expect(counts[2]).toBe(counts[1]);
    const mistakes = (await table('failures.csv')).filter(({ network }) => network === 'vgg16');
    expect(mistakes).toHaveLength(counts[1]!);
    const confidences = mistakes.map(({ confidence }) => Number(confidence));
    expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
    expect(await read('failures-vgg16.svg')).toContain('true class');
  });

  it('faithfulness: curves that begin and end where they must', async () => {
    const { read, table } = await run('faithfulness', 1);
    const rows = await table('table.csv');
    expect(new Set(rows.map(({ measure }) => measure)).size).toBe(6);
    expect(rows.every(({ value }) => Number(value) >= 0 && Number(value) <= 100)).toBe(true);
    expect(await read('curves.svg')).toContain('insertion');
  });

  it('adversarial: an attack and the maps before and after, the same whatever the batch', async () => {
    const weak = ['experiment.confidence=0.5', 'methods=[grad-cam]', networks('resnet')];
    const { stdout, read, table } = await run('adversarial', 3, [...weak, 'batch=3']);
    const rows = await table('table.csv');
    const of = (name: string) => Number(rows.find(({ measure }) => measure === name)!.value);
    expect(rows[0]).toMatchObject({ method: 'fgsm', measure: 'reached', n: '3' });
    expect(of('reached')).toBe(100);
    expect(of('confidence_target_after')).toBeGreaterThan(0.5);
    expect(of('confidence_target_before')).toBeLessThan(0.5);
    expect(of('localization_error_change')).toBeCloseTo(
      of('localization_error_after') - of('localization_error_before'),
      1,
    );
    expect(stdout).toContain('where the attack got through');
    const figure = await read('adversarial-resnet.svg');
    // A picture and a map for each class, before and after the attack. The last image is the bar of colours.
    const kept = (await read('journal.jsonl')).match(/"maps":\[\[.*?\],\[.*?\]\]/g)!;
    expect(kept.length).toBeGreaterThan(0);
    const maps = kept.map((text) => (JSON.parse(`{${text}}`).maps as readonly string[][])[0]!.length);
    const pictures = maps.reduce((sum, classes) => sum + 2 * (classes + 1), 0);
    expect(figure.match(/<image/g)!.length - 1).toBe(pictures);
    const alone = await run('adversarial', 3, [...weak, 'batch=1']);
    expect(await alone.read('table.csv')).toBe(await read('table.csv'));
    expect(await alone.read('adversarial-resnet.svg')).toBe(figure);
  });

  it('sanity: a column per depth, guided backprop least moved', async () => {
    const options = ['experiment.layers=[1, all]', 'methods=[grad-cam, guided-backprop]'];
    const { read, table } = await run('sanity', 1, [...options, networks('vgg16')]);
    const rows = await table('table.csv');
    expect(rows).toHaveLength(2 * 2);
    const of = (name: string, depth: string) =>
      rows.find(({ method, measure }) => method === name && measure === `rank_correlation@${depth}`)!;
    expect(Number(of('guided-backprop', '1').value)).toBeGreaterThan(0.9);
    expect(Number(of('guided-backprop', 'all').value)).toBeLessThan(0.9);
    expect(of('grad-cam', 'all').n).toBe('1');
    expect(await read('curve.svg')).toContain('layers drawn anew');
    expect((await read('maps-vgg16.svg')).match(/<image/g)).toHaveLength(1 + 2 * 3 + 1);
  });

  it('neuron-importance: units with names, and decisions explained by them', async () => {
    const options = ['experiment.units=3', 'methods=[grad-cam]', networks('vgg16')];
    const { read, table } = await run('neuron-importance', 200, options);
    const units = await table('units.csv');
    expect(units).toHaveLength(96);
    expect(units.every(({ name, auc }) => (name === '') === (auc === ''))).toBe(true);
    const explained = await table('explanations.csv');
    // The images at odd places, three units for and three against each.
    expect(explained).toHaveLength(100 * 6);
    expect(explained.slice(0, 6).map(({ side, rank }) => `${side}${rank}`)).toEqual([
      ...['for1', 'for2', 'for3', 'against1', 'against2', 'against3'],
    ]);
    const alphas = explained.slice(0, 6).map(({ alpha }) => Number(alpha));
    expect(alphas[0]! >= alphas[1]! && alphas[1]! > alphas[4]! && alphas[4]! >= alphas[3]!).toBe(true);
    const rows = await table('table.csv');
    const named = (group: string) =>
      Number(rows.find(({ method, measure }) => method === group && measure === 'decision_named')!.value);
    expect(named('most important')).toBeGreaterThan(named('by chance'));
    expect(await read('explanations-vgg16.svg')).toContain('speak against it');
  });

  it('pointing: centre and methods, both subsets, the reject curve, the same bytes whatever the batch', async () => {
    const { stdout, read, table } = await run('pointing', 4, ['batch=3', networks('resnet')]);
    const rows = await table('table.csv');
    expect(rows.map(({ method, subset }) => `${method} ${subset}`)).toEqual(
      ['center', 'grad-cam', 'c-mwp', 'backprop', 'guided-backprop'].flatMap((method) => [
        ...[`${method} all`, `${method} difficult`],
      ]),
    );
    expect(rows[2]).toMatchObject({ n: '4', published: '' });
    const classes = (await table('classes.csv')).filter(
      ({ method, subset }) => method === 'grad-cam' && subset === 'all',
    );
    const mean = classes.reduce((sum, one) => sum + Number(one.pointing_accuracy), 0) / classes.length;
    expect(Number(rows[2]!.pointing_accuracy)).toBeCloseTo(mean, 1);
    expect(await table('reject.csv')).toHaveLength(4 * 21);
    expect(await read('reject.svg')).toContain('guesses rejected (%)');
    expect(await read('classes.svg')).toContain('hits (%)');
    expect(stdout).toContain('none rejected');
    const again = await run('pointing', 4, ['batch=1', networks('resnet')]);
    for (const file of ['table.csv', 'classes.csv', 'reject.csv']) {
      expect(await again.read(file)).toBe(await read(file));
    }
  });
});
