import { ConfigError } from '../base/errors.js';
import { BOX_RULES } from '../config/box-rule.js';
import { localizationSchema } from '../config/localization.js';
import { type BenchConfig, bootstrapSchema } from '../config/schema.js';

/*
 * An experiment states which of the configuration's settings it reads. A setting that it does not read must have its
 * default: nobody is to believe that it changed a number.
 */

/** What experiments with bootstrap intervals read. */
export const INTERVALS = ['bootstrap'] as const;

/** What experiments read that draw boxes and compare them with the truth. */
export const BOXES = [
  ...['localization.rule', 'localization.upsampling', 'localization.frame'],
  ...['localization.iou', 'localization.alphas', 'methods.box'],
] as const;

type Settings = Pick<BenchConfig, 'localization' | 'bootstrap' | 'networks'>;

/** Settings that not every experiment reads, with their defaults. */
const DEFAULTS = { localization: localizationSchema.parse({}), bootstrap: bootstrapSchema.parse({}) };
const SECTIONS = ['localization', 'bootstrap'] as const;

const RULE_KEYS = new Set(Object.values(BOX_RULES).flatMap((rule) => Object.keys(rule)));

/** Whether a list names a key, its section, or `localization.rule`, which stands for the keys of the box rules. */
function names(reads: readonly string[], section: string, key: string): boolean {
  const wanted = section === 'localization' && RULE_KEYS.has(key) ? 'rule' : key;
  return reads.includes(section) || reads.includes(`${section}.${wanted}`);
}

/** @throws ConfigError naming a setting that the experiment does not read and that is not the default */
export function checkReads(experiment: string, reads: readonly string[], config: Settings): void {
  const refuse = (setting: string): never => {
    throw new ConfigError(
      `${setting}: the experiment ${experiment} does not read this; it reads ${reads.join(', ')}`,
    );
  };
  for (const section of SECTIONS) {
    const usual: Readonly<Record<string, unknown>> = DEFAULTS[section];
    for (const [key, value] of Object.entries(config[section])) {
      if (value === undefined || names(reads, section, key)) continue;
      if (JSON.stringify(value) !== JSON.stringify(usual[key])) refuse(`${section}.${key}`);
    }
  }
  if (reads.includes('methods.box')) return;
  for (const { name, methods } of config.networks) {
    const boxed = methods.find(({ box }) => box !== undefined);
    if (boxed !== undefined) refuse(`network \`${name}\`: the box of ${boxed.name}`);
  }
}

/** A configuration without the settings that the experiment does not read: what a run may say that it used. */
export function readSettings(
  reads: readonly string[],
  config: BenchConfig,
): Readonly<Record<string, unknown>> {
  const kept = SECTIONS.map((section) => {
    const entries = Object.entries(config[section]).filter(([key]) => names(reads, section, key));
    return [section, entries.length === 0 ? undefined : Object.fromEntries(entries)] as const;
  });
  return { ...config, ...Object.fromEntries(kept) };
}
