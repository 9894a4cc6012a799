import { CLAIMS } from './claim-list.mjs';

/*
 * The tables of docs/claims.md, made from the committed results: numbers are never copied by hand, and neither are the
 * verdicts that they lead to.
 */

const OPEN = 'not measured yet';

/** A cell of a row, and its interval. @returns undefined where the file, the row or the number is not there */
function numberOf(read, { file, row, value, low = `${value}_low`, high = `${value}_high` }) {
  const found = read(file)?.filter((one) => Object.entries(row).every(([key, cell]) => one[key] === cell));
  if (found === undefined || found.length === 0) return undefined;
  const cells = [value, low, high].map((name) => found[0][name]);
  if (cells.some((cell) => cell === undefined || cell === '')) return undefined;
  const [estimate, least, most] = cells.map(Number);
  return { value: estimate, low: least, high: most };
}

const fixed = (value, digits) => value.toFixed(digits).replace(/^-/, '−');

function numberText(number, digits) {
  if (number === undefined) return OPEN;
  const [value, low, high] = [number.value, number.low, number.high].map((one) => fixed(one, digits));
  return `${value} (${low}–${high})`;
}

/** Whether one number is below others: with the intervals apart, that is seen. */
export function below(smaller, larger) {
  if ([smaller, ...larger].includes(undefined)) return OPEN;
  if (larger.every((one) => smaller.high < one.low)) return '**seen**';
  if (larger.every((one) => smaller.value < one.value)) return 'not seen: intervals overlap';
  return 'not seen: not below';
}

/** The same of being above. */
function above(larger, smaller) {
  const turned = (one) => one && { value: -one.value, low: -one.high, high: -one.low };
  return below(turned(larger), smaller.map(turned)).replace('not below', 'not above');
}

/** Of numbers that should be equal. */
function level(one, others) {
  if ([one, ...others].includes(undefined)) return OPEN;
  if (others.every((other) => other.value === one.value)) return '**seen**: equal';
  return 'not seen: not equal';
}

/** Of differences on the same images: whether they are above 0. */
export function positive(differences) {
  if (differences.includes(undefined)) return OPEN;
  if (differences.every((one) => one.low > 0)) return '**seen**';
  return differences.some((one) => one.high < 0) ? 'not seen: not above' : 'not seen: an interval has 0';
}

/** Of differences on the same images: whether they are below 0. */
const negative = (differences) =>
  positive(differences.map((one) => one && { value: -one.value, low: -one.high, high: -one.low })).replace(
    'not above',
    'not below',
  );

const RULES = { below, above, level };

/** The verdict that a rule leads to. @param own the row's numbers */
function verdictOf({ rule, than, numbers, control }, own) {
  if (rule === 'positive') return positive(numbers.map((i) => own[i]));
  const [first, ...others] = own;
  if (rule === 'negative') {
    const paired = negative(numbers.map((i) => own[i]));
    return control ? `${paired}; against the middle: ${below(first, others.slice(-1))}` : paired;
  }
  // The last number is a baseline of ours, which the paper did not compare with.
  if (control)
    return `${below(first, others.slice(0, -1))}; against the middle: ${below(first, others.slice(-1))}`;
  return RULES[rule](first, than === undefined ? others : than.map((i) => own[i]));
}

const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** A claim's row: what was claimed, where, what was run, ours, the published value, the verdict. */
function claimLine(
  { claim, where, run, ours, published, verdict, unit = '', digits = 1 },
  read,
  readPublished,
) {
  const own = typeof ours === 'string' ? [] : ours.map((one) => numberOf(read, one));
  const text =
    typeof ours === 'string'
      ? ours
      : ours.map(({ label }, i) => `${label}\u00a0${numberText(own[i], digits)}`).join('; ');
  const words = typeof verdict === 'string' ? verdict : verdictOf(verdict, own);
  const theirs = typeof published === 'function' ? published(readPublished) : published;
  return line([claim, where, run, unit === '' ? text : `${text} ${unit}`, theirs, words]);
}

const HEAD = ['claim', 'in the paper', 'run', 'ours', 'published', 'verdict'];

/** Puts the tables between `<!-- claims: NAME -->` and `<!-- end of claims -->`. */
export function withClaims(page, read, published) {
  const left = new Set(Object.keys(CLAIMS));
  const out = page.replace(
    /(<!-- claims: (.+?) -->\n).*?(<!-- end of claims -->)/gs,
    (_, start, name, end) => {
      if (!left.delete(name)) throw new Error(`no claims ${name}, or two places for them`);
      const rows = CLAIMS[name].map((claim) => claimLine(claim, read, published));
      return `${start}\n${[line(HEAD), line(HEAD.map(() => '---')), ...rows].join('\n')}\n\n${end}`;
    },
  );
  if (left.size > 0) throw new Error(`no place for ${[...left].join(', ')}`);
  return out;
}
