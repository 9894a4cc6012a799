import { z } from 'zod';
import { CAM_LEVELS } from '../eval/boxes/contours-box.js';
import { section } from './section.js';
import { atMost, positive, share } from './values.js';

/* How a map becomes a box. Each rule has its own keys; the defaults stand here alone. */

const smooth = z
  .number()
  .min(0)
  .max(0.25)
  .default(0)
  .describe('σ of a Gaussian smoothing of the map before the rule, as a share of its longer side.');

/** How the largest of several components is found. */
const components = {
  connectivity: z
    .literal([4, 8])
    .default(8)
    .describe('Number of neighbours of a pixel that belong to its component.'),
  largest: z
    .enum(['count', 'box-area'])
    .default('count')
    .describe('The measure of the largest component: its pixel count, or the area of its box.'),
};

/** α, and its default of excitation backprop. */
const alpha = z.number().min(0);
const ALPHA = 1.5;

/** The keys of each rule. */
export const BOX_RULES = {
  threshold: {
    threshold: share.default(0.15).describe("Share of the map's maximum at which the map is binarised."),
    comparison: z
      .enum(['>=', '>'])
      .default('>=')
      .describe('Whether a pixel exactly at the threshold is foreground (`>=`) or not (`>`).'),
    ...components,
    smooth,
  },
  mean: {
    alpha: alpha.default(ALPHA).describe("The box encloses all pixels above this many times the map's mean."),
    smooth,
  },
  contours: {
    levels: z
      .array(z.number().min(0).lt(255))
      .min(1)
      .max(255)
      .prefault([...CAM_LEVELS])
      .describe('Levels of the regions, in a map that is scaled to a maximum of 255.'),
    smooth,
  },
  grabcut: {
    quantiles: z
      .tuple([share, share])
      .refine(([low, high]) => low < high, 'expected two shares, the smaller one first')
      .prefault([0.3, 0.95])
      .describe(
        'Quantiles of the map. Pixels up to the first seed the background, those above the second the foreground.',
      ),
    size: z
      .int()
      .min(8)
      .max(4096)
      .default(128)
      .describe(
        "Longer side in pixels of the picture that is segmented. It never exceeds the network's input.",
      ),
    cuts: atMost(100)
      .default(1)
      .describe(
        '1 cuts once, by the colours of the seeds. Each further cut learns the colours from the cut before it.',
      ),
    ...components,
    smooth,
  },
} as const;

export type RuleName = keyof typeof BOX_RULES;
export const RULE_NAMES = Object.keys(BOX_RULES) as RuleName[];
export const DEFAULT_RULE: RuleName = 'threshold';

/** A rule's keys with their defaults, among other keys of the section. */
const complete = <Name extends RuleName, Others extends z.ZodRawShape>(rule: Name, others: Others) =>
  section({ rule: z.literal(rule), ...BOX_RULES[rule], ...others });

/** A section that is a box rule and has other keys too; without `rule` it is the default rule. */
export function ruleUnion<Others extends z.ZodRawShape>(others: Others) {
  const withRule = (value: unknown) =>
    typeof value === 'object' && value !== null ? { rule: DEFAULT_RULE, ...value } : value;
  return z.preprocess(
    withRule,
    z.discriminatedUnion('rule', [
      complete('threshold', others),
      complete('mean', others),
      complete('contours', others),
      complete('grabcut', others),
    ]),
  );
}

/** A method's own rule, complete: what a method leaves out was taken from the run's before. */
export const ownBoxSchema = z.discriminatedUnion('rule', [
  complete('threshold', {}),
  section({
    rule: z.literal('mean'),
    ...BOX_RULES.mean,
    alpha: z.union([alpha, z.literal('search')]).default(ALPHA),
    alpha_images: positive.optional(),
  }),
  complete('contours', {}),
  complete('grabcut', {}),
]);

/** The keys of all rules without their defaults, as a document may have them. */
function written(): z.ZodRawShape {
  const all: Record<string, z.ZodDefault | z.ZodPrefault> = Object.assign({}, ...Object.values(BOX_RULES));
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, z.optional(value.unwrap())]));
}

export const writtenRule = {
  rule: z
    .enum(RULE_NAMES)
    .optional()
    .meta({
      description:
        "`threshold`: the box of the largest component above a share of the maximum. `mean`: one box around everything above `alpha` × mean. `contours`: CAM's released rule. `grabcut`: the map seeds a segmentation of the picture ([localization.md](localization.md)).",
      unset: `\`${DEFAULT_RULE}\``,
    }),
  ...written(),
};

/** The `box` section of a method, as a document may have it. */
export const writtenBox = section({
  ...writtenRule,
  alpha: z.union([alpha, z.literal('search')], { error: 'expected a number or search' }).optional(),
  alpha_images: positive.optional(),
});
