import { z } from 'zod';
import { ConfigError } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import { describeIssue } from '../config/issues.js';
import { section } from '../config/section.js';
import { SCORE_KINDS } from '../graph/scores/score.js';

/** What TypeScript would refuse; a program in JavaScript may give it. */

const text = z.string().min(1);
const count = z.int().min(0);
/** Checked where it is read. */
const elsewhere = z.unknown().optional();

const compileSchema = section({
  preset: elsewhere,
  input: elsewhere,
  labels: elsewhere,
  background: z.boolean().optional(),
  layer: text.optional(),
  output: text.optional(),
  score: elsewhere,
  methods: z
    .array(text)
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'expected names of methods, each once')
    .optional(),
  top: count.optional(),
  given: count.optional(),
  mapSize: z.enum(['layer', 'input']).optional(),
  embedPreprocessing: z.boolean().optional(),
  portable: z.boolean().optional(),
  weights: z.enum(['inline', 'beside']).optional(),
  overwrite: z.boolean().optional(),
});

/** @throws ConfigError: one line with the key, what was expected, and the nearest key to one that there is none of */
export function checkCompileOptions(options: unknown): void {
  const parsed = compileSchema.safeParse(options);
  if (!parsed.success) {
    throw new ConfigError(`compile: ${describeIssue(parsed.error.issues[0]!, options)}`);
  }
  const { top, given = 0 } = parsed.data;
  if (top === 0 && given === 0)
    throw new ConfigError('compile: top is 0: explain one class, or say how many are given');
}

/** @throws ConfigError for a name that is not among them; an option that is left out is none */
export function checkChoice(key: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  const near = typeof value === 'string' ? hint(value, known) : '';
  const meant = near.startsWith('; did') ? near : '';
  throw new ConfigError(`${key}: expected one of ${known.join(', ')}, got ${JSON.stringify(value)}${meant}`);
}

/** @throws ConfigError */
export function checkScore(score: string | undefined): void {
  checkChoice('score', score, SCORE_KINDS);
}
