import { z } from 'zod';

/*
 * The tables of keys in docs/configuration.md, made from the configuration's schema. A key's `meta` may have `unset`, the
 * words for what holds if the key is left out, and `type`, the words for its type.
 */

const code = (value) => `\`${value}\``;
const listed = (words) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

function range({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }) {
  const isBound = (value) => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const words = [
    ...(isBound(minimum) ? [`from ${minimum}`] : []),
    ...(isBound(exclusiveMinimum) ? [`above ${exclusiveMinimum}`] : []),
    ...(isBound(maximum) ? [`${isBound(minimum) ? 'to' : 'up to'} ${maximum}`] : []),
    ...(isBound(exclusiveMaximum) ? [`below ${exclusiveMaximum}`] : []),
  ];
  return words.length === 0 ? '' : ` ${words.join(' ')}`;
}

function typeWords(json) {
  if (json.enum !== undefined) return listed(json.enum.map(code));
  if (json.anyOf !== undefined) return listed([...new Set(json.anyOf.map(typeWords))]);
  if (json.prefixItems !== undefined) return `[${json.prefixItems.map(typeWords).join(', ')}]`;
  if (json.type === 'array') return `list, each ${typeWords(json.items)}`;
  if (json.type === 'integer') return `whole number${range(json)}`;
  if (json.type === 'number') return `number${range(json)}`;
  if (json.type === 'boolean') return 'true or false';
  if (json.type === 'object') return 'section';
  if (json.type === 'string') return json.const === undefined ? 'text' : code(json.const);
  throw new Error(`no words for ${JSON.stringify(json)}`);
}

function defaultWords(json, unset) {
  if (unset !== undefined) return unset;
  if (json.default === undefined) return 'required';
  return code(Array.isArray(json.default) ? `[${json.default.join(', ')}]` : json.default);
}

function keyRow(name, schema) {
  const { description, unset, type } = schema.meta() ?? {};
  if (description === undefined) throw new Error(`${name} has no description`);
  const json = z.toJSONSchema(schema, { io: 'input' });
  return [code(name), type ?? typeWords(json), defaultWords(json, unset), description];
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const HEAD = ['key', 'type', 'default', 'meaning'];

/** A table of the keys of a section. */
function keyTable(prefix, shape) {
  return table(
    HEAD,
    Object.entries(shape).map(([key, schema]) => keyRow(`${prefix}${key}`, schema)),
  );
}

/** A table of the keys of the box rules, rule by rule. */
function ruleTable(prefix, rules) {
  const rows = Object.entries(rules).flatMap(([rule, shape]) =>
    Object.entries(shape).map(([key, schema], i) => [
      i === 0 ? code(rule) : '',
      ...keyRow(`${prefix}${key}`, schema),
    ]),
  );
  return table(['rule', ...HEAD], rows);
}

/** The tables by their names in the page. @param schema what src/config exports of these names */
function tablesOf({ fileSchema, configSchema, BOX_RULES, experiments }) {
  const { shape } = configSchema;
  const model = shape.networks.element.shape.model.shape;
  const { localization } = fileSchema.shape;
  const pick = (keys, wanted) => Object.fromEntries(Object.entries(keys).filter(([key]) => wanted(key)));
  const ofRules = new Set(Object.values(BOX_RULES).flatMap((rule) => Object.keys(rule)));
  const running = ['experiment', 'engine', 'provider', 'batch', 'threads', 'output', 'variables'];
  return {
    model: keyTable('model.', model),
    input: keyTable('model.input.', model.input.unwrap().shape),
    methods: keyTable('', fileSchema.shape.methods.unwrap().element.options[1].shape),
    dataset: keyTable('dataset.', shape.dataset.shape),
    localization: keyTable(
      'localization.',
      pick(localization.unwrap().shape, (key) => !ofRules.has(key)),
    ),
    rules: ruleTable('localization.', BOX_RULES),
    bootstrap: keyTable('bootstrap.', shape.bootstrap.unwrap().shape),
    reads: table(
      ['experiment', 'reads'],
      [...experiments.values()].map(({ name, reads }) => [code(name), reads.map(code).join(', ')]),
    ),
    run: keyTable(
      '',
      pick(shape, (key) => running.includes(key)),
    ),
  };
}

/**
 * Puts tables between their markers, `<!-- keys: NAME -->` and `<!-- end of keys -->`.
 * @throws Error for a marker without a table, and a table without a marker
 */
export function withTables(page, schema) {
  const tables = tablesOf(schema);
  const left = new Set(Object.keys(tables));
  const out = page.replace(/(<!-- keys: (.+?) -->\n).*?(<!-- end of keys -->)/gs, (_, start, name, end) => {
    if (!left.delete(name)) throw new Error(`no table ${name}, or two places for it`);
    return `${start}\n${tables[name]}\n\n${end}`;
  });
  if (left.size > 0) throw new Error(`no place for ${[...left].join(', ')}`);
  return out;
}
