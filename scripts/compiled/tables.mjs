/*
 * The tables of docs/compiled.md, from results/compiled.csv and results/compiled-pixels.csv.
 *
 *     node scripts/compiled/tables.mjs            writes them into the page
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';

const file = (path) => new URL(`../../${path}`, import.meta.url);
const rowsOf = (path) => parse(readFileSync(file(path), 'utf8'), { columns: true });

const RUNTIMES = [
  'onnxruntime in Python',
  'onnxruntime-web in Node',
  'onnxruntime-web in Chromium',
  'OpenVINO',
];

/**
 * Methods that subtract nearly equal numbers: rounding is small beside these, and large beside the little that is left, which the
 * difference is relative to.
 */
export const SUBTRACTING = ['c-mwp', 'counterfactual-grad-cam'];

const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const worst = (rows, key) => {
  const values = rows.map((row) => row[key]).filter((value) => value !== '');
  if (values.length === 0) return '–';
  const most = Math.max(...values.map(Number));
  return most === 0 ? '0' : most.toExponential(1);
};

/** @returns markdown by the name of its place in the page */
export function tables() {
  const rows = rowsOf('results/compiled.csv');
  const networks = [...new Set(rows.map(({ network }) => network))];
  const of = (network, runtime, weights = 'separate') =>
    rows.filter((row) => row.network === network && row.runtime === runtime && row.weights === weights);
  const others = (some) => some.filter(({ method }) => !SUBTRACTING.includes(method));
  const subtracting = (network) =>
    rows.filter(
      (row) => row.network === network && row.weights === 'separate' && SUBTRACTING.includes(row.method),
    );
  const equal = table(
    ['network', 'methods', ...RUNTIMES, 'OpenVINO, `--no-portable`', 'the two that subtract'],
    networks.map((network) => [
      `\`${network}\``,
      String(of(network, 'onnxruntime-node').length),
      ...RUNTIMES.map((runtime) => worst(others(of(network, runtime)), 'difference')),
      worst(others(of(network, 'OpenVINO', 'shared')), 'difference'),
      worst(subtracting(network), 'difference'),
    ]),
  );
  const atKinks = (some) => {
    const [first] = some;
    if (first === undefined || first.kinks === '0') return '–';
    const at = (place) =>
      worst(
        some.filter((row) => row.at === place),
        'difference_at_kinks',
      );
    return `${first.kinks}: ${at('layer')}, ${at('input')}`;
  };
  const kinks = table(
    ['network', ...RUNTIMES.slice(1)],
    networks.map((network) => [
      `\`${network}\``,
      ...RUNTIMES.slice(1).map((runtime) => atKinks(of(network, runtime))),
    ]),
  );
  const pixels = table(
    ['preprocessing', 'by', 'runtime', 'levels', 'other levels', 'by at most'],
    rowsOf('results/compiled-pixels.csv').map((row) => [
      row.preprocessing,
      row.by === 'compiled' ? 'the compiled file' : "ONNX's `Resize`, antialiased",
      `${row.runtime} ${row.version}`,
      ...[row.values, row.others, row.most],
    ]),
  );
  return { equal, kinks, pixels };
}

/** The page with these tables at their places. */
export function filled(page, made) {
  return Object.entries(made).reduce(
    (text, [name, markdown]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`),
        (_, before, behind) => `${before}\n${markdown}\n\n${behind}`,
      ),
    page,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = file('docs/compiled.md');
  writeFileSync(page, filled(readFileSync(page, 'utf8'), tables()));
}
