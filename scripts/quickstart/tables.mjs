import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseCsv } from '../../dist/report/csv.js';

/** `node tables.mjs [experiment ...]`: writes the quickstart's tables in the pages anew, from results/baseline and results/experiments. */
const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** @typedef {Record<string, string>} Row */
/** @param {string} path @returns {Row[]} */
function rowsOf(path) {
  const [head, ...lines] = parseCsv(readFileSync(at(path), 'utf8'));
  return lines.map((cells) => Object.fromEntries(head.map((key, i) => [key, cells[i]])));
}

const number = (/** @type {string} */ text, digits = 1) => Number(text).toFixed(digits).replace(/^-/, '−');
/** An estimate with its interval. @param {Row} row @param {string} key @param {number} [digits] */
function interval(row, key, digits = 1, low = `${key}_low`, high = `${key}_high`) {
  return `${number(row[key], digits)} (${number(row[low], digits)}–${number(row[high], digits)})`;
}
const value = (/** @type {Row} */ row, digits = 1) => interval(row, 'value', digits, 'low', 'high');
/** The first of a run of equal names stays. @param {string[][]} rows */
const named = (rows) => rows.map((row, i) => (i > 0 && rows[i - 1][0] === row[0] ? ['', ...row.slice(1)] : row));
const find = (/** @type {Row[]} */ rows, /** @type {Row} */ wanted) =>
  rows.find((row) => Object.entries(wanted).every(([key, one]) => row[key] === one));

/** The first table behind a mark gets these rows. @param {string} page @param {string} mark @param {string[][]} rows @param {string[]} [head] */
function write(page, mark, rows, head) {
  const lines = readFileSync(at(page), 'utf8').split('\n');
  const from = lines.findIndex((line) => line.includes(mark));
  if (from < 0) throw new Error(`${page}: no line has ${mark}`);
  const start = lines.findIndex((line, i) => i >= from && line.startsWith('|'));
  let end = start;
  while (lines[end]?.startsWith('|')) end++;
  const text = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`.replace(/\|  (?=\|)/g, '| ');
  lines.splice(start, end - start, head ? text(head) : lines[start], lines[start + 1], ...rows.map(text));
  writeFileSync(at(page), lines.join('\n'));
}

/** A row for each of the names, a column for each measure. @param {Row[]} rows @param {string[]} keys @param {string[]} measures @param {number} digits */
function wide(rows, keys, measures, digits) {
  const names = [...new Set(rows.map((row) => JSON.stringify(keys.map((key) => row[key]))))].map((text) => JSON.parse(text));
  return names.map((cells) => {
    const wanted = Object.fromEntries(keys.map((key, i) => [key, cells[i]]));
    return [...cells, ...measures.map((measure) => value(find(rows, { ...wanted, measure }), digits))];
  });
}

/** Methods of one network whose numbers are the same share a row. @param {string[][]} rows */
function joined(rows) {
  return rows.reduce((/** @type {string[][]} */ kept, row) => {
    const twin = kept.find((one) => one[0] === row[0] && one.slice(2).join() === row.slice(2).join());
    if (twin) twin[1] = `${twin[1]}, ${row[1]}`;
    else kept.push([...row]);
    return kept;
  }, []);
}

/** Before → after an attack. @param {(measure: string) => Row} of @param {string} name */
const change = (of, name) => `${value(of(`${name}_before`))} → ${value(of(`${name}_after`))}`;

/** The four tables of a page about attacks. @param {Row[]} rows @param {string} mark of the first one's line */
function attacks(rows, mark) {
  const page = 'docs/measurements/adversarial.md';
  const networks = [...new Set(rows.map(({ network }) => network))];
  const of = (/** @type {string} */ network, method = 'grad-cam') => (/** @type {string} */ measure) => find(rows, { network, method, measure });
  write(page, mark, networks.map((network) => {
    const [attack, map] = [of(network, rows[0].method), of(network)];
    return [network, value(attack('reached')), value(attack('steps')), value(attack('confidence_true_before'), 2), map('energy_inside_after').n];
  }));
  // A few images say nothing.
  const enough = networks.filter((network) => Number(of(network)('energy_inside_after').n) >= 10);
  write(page, `${mark}: maps`, named(enough.flatMap((network) => {
    const map = of(network);
    return [
      ...['grad-cam', 'guided-backprop'].map((method) => [network, method, ...['localization_error', 'pointing_accuracy', 'energy_inside'].map((name) => change(of(network, method), name))]),
      ...['grad-cam', 'guided-backprop'].map((method) => [network, `${method} of the false class`, ...['localization_error', 'pointing_accuracy', 'energy_inside'].map((name) => value(of(network, method)(`${name}_target_after`)))]),
      [network, 'the middle, the same everywhere', value(map('localization_error_center')), value(map('pointing_accuracy_center')), value(map('energy_of_uniform_map'))],
    ];
  })));
  write(page, `${mark}: differences`, enough.map((network) => [network, ...['energy_above_target_after', 'energy_above_uniform_after', 'pointing_above_center_after'].map((name) => value(of(network)(name)))]));
  if (enough.some((network) => of(network)('pointing_accuracy_both_after').n !== '0')) write(page, `${mark}: two classes`, enough.map((network) => {
    const map = of(network);
    return [network, map('pointing_accuracy_both_after').n, ...['pointing_accuracy_second', 'pointing_accuracy_both'].map((name) => change(map, name))];
  }));
}

/** @type {Record<string, (rows: Row[]) => void>} */
const PAGES = {
  wsol(rows) {
    const table = wide(rows, ['network', 'method'], ['MaxBoxAcc', 'MaxBoxAccV2', 'PxAP'], 1);
    const centre = table.find(([, method]) => method === 'center-gaussian');
    const rest = joined(table.filter(([, method]) => method !== 'center-gaussian'));
    write('docs/measurements/wsol.md', '`wsol.yaml`', [...named(rest), ['all', ...centre.slice(1)]]);
  },
  segmentation(rows) {
    const table = rows.map((row) => [row.network, row.method, interval(row, 'mean_iou', 1, 'low', 'high'), `${number(row.best_mean_iou)} at ${row.best_threshold}`]);
    write('docs/measurements/segmentation.md', '`segmentation.yaml`', joined(table));
  },
  pointing(rows) {
    const rejects = rowsOf('results/experiments/pointing.reject.csv');
    const subset = (/** @type {Row} */ row, /** @type {string} */ name) => find(rows, { network: row.network, method: row.method, subset: name });
    const best = (/** @type {Row[]} */ curve) => {
      const top = curve.reduce((most, row) => (Number(row.accuracy) > Number(most.accuracy) ? row : most));
      return top.rejected === '100.00' ? `${number(top.accuracy)}, all rejected` : interval(top, 'accuracy', 1, 'low', 'high');
    };
    const all = rows.filter((row) => row.subset === 'all');
    const table = all.filter((row, i) => row.method !== 'center' || i === 0).map((row) => {
      const curve = rejects.filter(({ network, method }) => network === row.network && method === row.method);
      const cells = [interval(row, 'pointing_accuracy'), interval(subset(row, 'difficult'), 'pointing_accuracy'), interval(row, 'energy_inside')];
      return row.method === 'center' ? ['', row.method, ...cells, '', ''] : [row.network, row.method, ...cells, interval(curve[0], 'accuracy', 1, 'low', 'high'), best(curve)];
    });
    const difficult = subset(all[0], 'difficult').n;
    write('docs/measurements/pointing.md', '`pointing.yaml`', named(table), [
      ...['network', 'method', `all (n = ${all[0].n})`, `difficult (n = ${difficult})`, 'energy, all', 'best guesses, none rejected', 'best threshold'],
    ]);
  },
  'layer-sweep'(rows) {
    const shown = ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3', 'relu5_1', 'relu5_2', 'relu5_3'];
    const table = wide(rows, ['layer'], ['localization_error', 'pointing_accuracy', 'energy_inside'], 1);
    write('docs/measurements/layer-sweep.md', '`layer-sweep.yaml`', table.filter(([layer]) => shown.includes(layer)));
    write('docs/measurements/layer-sweep.md', 'after each block of its ResNet', table.filter(([layer]) => !layer.startsWith('relu') || layer === 'relu'));
  },
  'failure-analysis'(rows) {
    const table = rows.map((row) => [row.network, row.images.replace(' images', ''), row.n, interval(row, 'localized'), interval(row, 'pointed'), interval(row, 'energy_inside')]);
    write('docs/measurements/failure-analysis.md', '`failure-analysis.yaml`', named(table));
  },
  'neuron-importance'(rows) {
    const table = wide(rows.filter(({ measure }) => !measure.startsWith('auc')), ['network', 'method'], ['decision_named', 'true_class_named', 'names_present'], 1);
    const n = (/** @type {string} */ network, /** @type {string} */ method) => find(rows, { network, method, measure: 'names_present' }).n;
    write('docs/measurements/neuron-importance.md', '`neuron-importance.yaml`', named(table.map(([network, units, ...cells]) => [network, units, n(network, units), ...cells])));
  },
  faithfulness(rows) {
    const measures = [...new Set(rows.map(({ measure }) => measure))];
    const methods = [...new Set(rows.map(({ method }) => method))];
    const table = methods.map((method) => [method, ...measures.map((measure) => {
      const row = find(rows, { method, measure });
      return value(row, row.unit === '%' ? 1 : 3);
    })]);
    write('docs/measurements/faithfulness.md', '`faithfulness.yaml`', table);
  },
  'occlusion-correlation'(rows) {
    const paper = JSON.parse(readFileSync(at('results/paper/occlusion-correlation.json'), 'utf8')).rows;
    const published = (/** @type {Row} */ row) => paper.find((/** @type {any} */ one) => one.method === row.method);
    const table = rows.filter(({ measure }) => measure === 'rank_correlation')
      .map((row) => [row.network, row.method, value(row, 3), published(row)?.values.rank_correlation.toFixed(3) ?? '']);
    write('docs/measurements/occlusion-correlation.md', '`occlusion-correlation.yaml`', named(table));
  },
  adversarial: (rows) => attacks(rows, '`adversarial.yaml`'),
  'adversarial-sample': (rows) => attacks(rows, '`adversarial-sample.yaml`'),
  sanity(rows) {
    const table = wide(rows, ['network', 'method'], [...new Set(rows.map(({ measure }) => measure))].filter((measure) => !measure.endsWith('@2')), 2);
    write('docs/measurements/sanity.md', '`sanity.yaml`', named(table));
  },
};

/** @param {Row[]} rows */
function quickstart(rows) {
  const table = rows.map((row, i) => {
    const first = row.network !== rows[i - 1]?.network;
    const rule = row.method === 'center-box' ? '' : row.box_rule.split(',')[0].replace(/^>= ?/, '≥ ').replace(/^> ?/, '> ');
    return [row.network, row.method, rule, ...(first ? [number(row.cls_top1_error), number(row.cls_top5_error)] : ['', '']), interval(row, 'loc_top1_error'), interval(row, 'loc_top5_error')];
  });
  write('docs/measurements/quickstart.md', '| network | method | box |', named(table));
  readme(rows);
}

/** Rows of the README, and the paper's network beside ours. */
const SHOWN = /** @type {const} */ ([
  ['vgg16', 'VGG-16', ['grad-cam', 'backprop', 'c-mwp', 'center-box']],
  ['vgg16-gap', 'VGG-16-GAP', ['grad-cam', 'cam']],
  ['alexnet', 'AlexNet', ['grad-cam', 'c-mwp']],
  ['googlenet', 'GoogLeNet', ['grad-cam', 'backprop', 'c-mwp', 'center-box']],
  ['resnet', '', ['grad-cam', 'backprop', 'c-mwp', 'center-box']],
]);

/** @param {Row[]} rows */
function readme(rows) {
  const paper = JSON.parse(readFileSync(at('results/paper/localization.json'), 'utf8')).rows;
  const table = SHOWN.flatMap(([network, theirs, methods]) => methods.map((method) => {
    const row = rows.find((one) => one.network === network && one.method === method && /^(>=0\.15 of max|center)/.test(one.box_rule));
    const published = paper.find((/** @type {any} */ one) => one.source === 'paper' && one.network === theirs && one.method === method);
    return [network, method, interval(row, 'loc_top1_error'), interval(row, 'loc_top5_error'), ...(published ? [published.loc[1].toFixed(1), published.loc[5].toFixed(1)] : ['–', '–'])];
  }));
  write('README.md', '| network | method | ours: top-1', named(table));
}

const wanted = process.argv.slice(2);
if (wanted.length === 0) quickstart(rowsOf('results/baseline/quickstart.csv'));
for (const [name, page] of Object.entries(PAGES).filter(([name]) => wanted.length === 0 || wanted.includes(name)))
  if (existsSync(at(`results/experiments/${name}.csv`))) page(rowsOf(`results/experiments/${name}.csv`));
