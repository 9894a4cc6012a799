import { describe, expect, it } from 'vitest';
import { jsonOf, proseOf, tablesWith, textOf } from './markdown.js';

/* docs/measurements/peers.md quotes results/speed/peers.json; scripts/peers/table.py writes its tables. */

type Way = 'as used' | 'at best';
type Clock = 'cpu' | 'wall';
type Times = Readonly<Record<Clock, number>>;

interface PeerSpeed extends Readonly<Record<Way, Times & { readonly note: string }>> {
  readonly network: string;
  readonly measure: string;
  readonly library: string;
  readonly ours: Times;
  readonly difference: number;
  readonly why?: string;
}

interface PeerMethod {
  readonly network: string;
  readonly method: string;
  readonly library: string;
  readonly function: string;
  readonly difference?: number;
  readonly note?: string | null;
}

interface Peers {
  readonly machine: {
    readonly clock: Clock;
    readonly repetitions: number;
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly speed: readonly PeerSpeed[];
  readonly methods: readonly PeerMethod[];
}

const DOCUMENT = textOf('docs/measurements/peers.md');
const { machine, speed, methods } = jsonOf<Peers>('results/speed/peers.json');
const WAYS: readonly Way[] = ['as used', 'at best'];
const { clock } = machine;

const times = (row: PeerSpeed, way: Way) => row[way][clock] / row.ours[clock];
const least = (rows: readonly PeerSpeed[], way: Way) =>
  rows.reduce((best, row) => (times(row, way) < times(best, way) ? row : best));
const unique = <T>(values: readonly T[]) => [...new Set(values)];

function perSecond(seconds: number): string {
  const rate = 1 / seconds;
  return rate.toFixed(rate >= 100 ? 0 : rate >= 10 ? 1 : 2);
}

function small(value: number): string {
  if (value === 0) return '0';
  return value >= 0.1 ? value.toFixed(2) : value.toExponential(1);
}

describe('docs/measurements/peers.md', () => {
  it('has every speed that was measured', () => {
    const reasons = unique(speed.flatMap(({ why }) => why ?? []));
    const expected = speed.map((row) => [
      ...[row.network, row.measure, perSecond(row.ours[clock]), row.library],
      ...WAYS.flatMap((way) => [perSecond(row[way][clock]), `${times(row, way).toFixed(2)}×`]),
      row['at best'].note,
      small(row.difference) + (row.why === undefined ? '' : ` (${reasons.indexOf(row.why) + 1})`),
    ]);
    expect(tablesWith(DOCUMENT, 'network', 'map')[0]!.rows).toEqual(expected);
    for (const [i, reason] of reasons.entries()) expect(DOCUMENT).toContain(`\n(${i + 1}) ${reason}.\n`);
    const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
    expect(DOCUMENT).toContain(`medians of ${machine.repetitions}.\n\nVersions: ${versions.join(', ')}.\n`);
  });

  it('has the fastest peer of each network and measure, and of each goal', () => {
    const networks = unique(speed.map(({ network }) => network));
    const overview = tablesWith(DOCUMENT, 'network', 'forward, as used')[0]!;
    const heads = overview.head.slice(1).map((head) => head.split(', ') as [string, Way]);
    const expected = networks.map((network) => [
      network,
      ...heads.map(([measure, way]) => {
        const some = speed.filter((row) => row.network === network && row.measure === measure);
        if (some.length === 0) return '–';
        const best = least(some, way);
        return `${times(best, way).toFixed(2)} ${best.library}`;
      }),
    ]);
    expect(overview.rows).toEqual(expected);
    const peers = speed.filter(({ measure }) => measure !== 'forward');
    const some = [
      peers.filter((row) => row.network === 'vgg16' && row.measure === 'grad-cam x5'),
      peers.filter((row) => row.network === 'vgg16' && row.measure === 'backprop x1'),
      peers,
    ];
    const goals = some.map((rows) =>
      WAYS.map((way) => {
        const best = least(rows, way);
        return `${times(best, way).toFixed(2)} (${best.network}, ${best.measure}, ${best.library})`;
      }),
    );
    const table = tablesWith(DOCUMENT, 'ours against the fastest peer')[0]!;
    expect(table.rows.map((row) => row.slice(2))).toEqual(goals);
  });

  it('says in words what the tables say', () => {
    const ratio = (measure: string) =>
      times(
        least(
          speed.filter((row) => row.network === 'vgg16' && row.measure === measure),
          'at best',
        ),
        'at best',
      );
    const quoted = [
      [/as fast as onnxruntime's \(it takes ([\d.]+) times as long\)/, ratio('forward').toFixed(2)],
      [/nothing more to gain than the ([\d.]+) times measured here/, ratio('grad-cam x5').toFixed(1)],
      [/Captum at its best is as fast as ours \(([\d.]+)\)/, ratio('backprop x1').toFixed(2)],
    ] as const;
    for (const [words, value] of quoted) expect(words.exec(proseOf(DOCUMENT))?.[1]).toBe(value);
  });

  it('has every difference of a method', () => {
    const networks = unique(methods.map(({ network }) => network));
    const keyOf = (row: PeerMethod) => JSON.stringify([row.method, row.library, row.function]);
    const expected = unique(methods.map(keyOf)).map((key) => {
      const some = methods.filter((row) => keyOf(row) === key);
      const { method, library, function: name } = some[0]!;
      const cells = networks.map((network) => {
        const difference = some.find((row) => row.network === network)?.difference;
        return difference === undefined ? '–' : small(difference);
      });
      const notes = unique(some.flatMap(({ note }) => note || []));
      return [`\`${method}\``, `${library} ${name}`, ...cells, notes.join('; ')];
    });
    const table = tablesWith(DOCUMENT, 'method', 'library', ...networks)[0]!;
    expect(table.rows).toEqual(expected);
  });
});
