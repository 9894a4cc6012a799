import { describe, expect, it } from 'vitest';
import { jsonOf, proseOf, tablesWith, textOf } from './markdown.js';

/* docs/measurements/speed.md and memory.md quote results/speed/onnxruntime.json; docs/engines.md quotes memory.md. */

interface SpeedRow {
  readonly network: string;
  readonly batch: number;
  readonly measure: string;
  readonly ratio: number;
  readonly goal: number;
  readonly images?: number;
  readonly mb?: number;
  readonly base_mb?: number;
  readonly repetitions?: number;
}

const SPEED = textOf('docs/measurements/speed.md');
const MEMORY = textOf('docs/measurements/memory.md');
const GUIDE = textOf('docs/engines.md');
interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly repetitions: number;
  readonly versions: Readonly<Record<string, string>>;
}

const { machine, rows } = jsonOf<{ machine: Machine; rows: readonly SpeedRow[] }>(
  'results/speed/onnxruntime.json',
);
const of = (measure: string) => rows.filter((row) => row.measure === measure);
const MEASURES = ['grad-cam x5', 'backprop x1', 'guided-backprop x1', 'c-mwp x1', 'all x1 / each alone'];

/** `184 to 275 MB` → the ends as written; a single number is both. */
function ends(cell: string): readonly string[] {
  const numbers = cell.match(/[\d.]+/g) ?? [];
  return numbers.length === 1 ? [numbers[0]!, numbers[0]!] : numbers;
}

/** The number as it would be written beside this one. */
const like = (value: number, written: string) => value.toFixed((written.split('.')[1] ?? '').length);

describe('docs/measurements/speed.md', () => {
  it('has every ratio to one forward pass', () => {
    const [table] = tablesWith(SPEED, '', 'five Grad-CAM maps');
    const [goals, ...networks] = table!.rows;
    const goalOf = (measure: string) => of(measure).find(({ network }) => network === 'vgg16')!.goal;
    expect(goals!.slice(1)).toEqual(MEASURES.map((measure) => `≤ ${goalOf(measure)}`));
    const measured = new Set(MEASURES.flatMap(of).map(({ network }) => network));
    expect(networks.map(([name]) => name).sort()).toEqual([...measured].sort());
    for (const [network, ...cells] of networks) {
      const expected = MEASURES.map((measure) => {
        const own = of(measure).filter((row) => row.network === network);
        const at = (batch: number) => own.find((row) => row.batch === batch)!.ratio.toFixed(2);
        return own.length === 0 ? '–' : `${at(1)} / ${at(8)}`;
      });
      expect([network, ...cells]).toEqual([network, ...expected]);
    }
    const medians = /medians of (\d+) \(of (\d+) for the two small networks at batch 1/.exec(proseOf(SPEED))!;
    const many = new Set(MEASURES.flatMap(of).flatMap(({ repetitions }) => repetitions ?? []));
    expect(medians.slice(1).map(Number)).toEqual([machine.repetitions, ...many]);
  });

  it('has the whole run’s time over the network’s', () => {
    const [table] = tablesWith(SPEED, '', 'vgg16', 'resnet50');
    const [label, ...now] = table!.rows.find(([first]) => first!.startsWith('now'))!;
    const runs = of('bench run / network alone');
    const ratioOf = (name: string) => runs.find(({ network }) => network === name)!.ratio.toFixed(2);
    expect(now).toEqual(table!.head.slice(1).map(ratioOf));
    expect(now).toHaveLength(runs.length);
    expect(label).toBe(`now (goal: ${runs[0]!.goal})`);
  });

  it('names the machine', () => {
    const { node, 'onnxruntime-node': onnxruntime } = machine.versions;
    expect(proseOf(SPEED)).toContain(
      `${machine.cpu}, ${machine.cores} cores, node ${node}, onnxruntime-node ${onnxruntime}.`,
    );
  });
});

describe('docs/measurements/memory.md', () => {
  it('has the peak memory, as one end where it quotes other runs as well', () => {
    const [table] = tablesWith(MEMORY, '', 'weights', 'before');
    const peaks = of('peak memory / weights');
    expect(table!.rows).toHaveLength(peaks.length);
    for (const [name, weights, , , memory, times] of table!.rows) {
      const { mb, base_mb, ratio } = peaks.find(({ network }) => network === name)!;
      expect([name, weights]).toEqual([name, `${base_mb!.toFixed(0)} MB`]);
      const [least, most] = ends(memory!);
      expect([name, least, most]).toContain(mb!.toFixed(0));
      const [low, high] = ends(times!);
      expect([low, high]).toContain(like(ratio, high!));
      expect(Number(low) * base_mb!).toBeCloseTo(Number(least), -2);
    }
    const [long] = of('memory at 20,000 images / at 500');
    const quoted = /has (\d+) MB at its end and had (\d+) MB after 500/.exec(proseOf(MEMORY))!;
    expect(quoted.slice(1)).toEqual([long!.mb!.toFixed(0), long!.base_mb!.toFixed(0)]);
  });

  it('is quoted in the guide', () => {
    const [peaks] = tablesWith(MEMORY, '', 'weights', 'before');
    const [, weights, , , memory] = peaks!.rows.find(([name]) => name === 'vgg16')!;
    expect(proseOf(GUIDE)).toContain(`VGG-16 (${weights} of weights) peaks at ${memory}.`);
    const [starts] = tablesWith(MEMORY, '', 'before', 'first start');
    const [, , first, , second] = starts!.rows.find(([name]) => name === 'vgg16')!;
    expect(proseOf(GUIDE)).toContain(
      `the first start takes ${first} s of processor time and the second one ${second} s`,
    );
  });
});

describe('docs/measurements/engines.md', () => {
  it('is quoted in the guide', () => {
    const [table] = tablesWith(textOf('docs/measurements/engines.md'), 'network', 'what', 'onnxruntime');
    const [wasm, native] = [4, 6].map((column) => table!.rows.map((row) => Number(row[column])));
    const words = /takes ([\d.]+) to ([\d.]+) times as long on WASM, and ([\d.]+) to ([\d.]+) times/.exec(
      proseOf(GUIDE),
    )!;
    expect(words.slice(1).map(Number)).toEqual(
      [wasm!, native!].flatMap((times) => [Math.min(...times), Math.max(...times)]),
    );
  });
});
