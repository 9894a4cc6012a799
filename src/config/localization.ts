import { z } from 'zod';
import { ruleUnion, writtenRule } from './box-rule.js';
import { section } from './section.js';
import { positive, text } from './values.js';

/** The protocol's open choices beside the box rule. */
const protocolShape = {
  iou: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe('A box is right if its intersection over union with a box of its class reaches this value.'),
  top: z
    .array(positive)
    .min(1)
    .transform((list) => [...new Set(list)].sort((a, b) => a - b))
    .prefault([1, 5])
    .describe(
      'The k of the top-k errors. A k above the number of classes becomes that number, and the run says so.',
    ),
  upsampling: z
    .enum(['bilinear', 'nearest'])
    .default('bilinear')
    .describe('How a map is enlarged before the box rule.'),
  frame: z
    .enum(['image', 'input'])
    .default('image')
    .describe(
      "The grid of the box rule: `image` enlarges the map to the stored image. `input` enlarges it to the network's input and scales the box. `grabcut` has a grid of its own.",
    ),
  alphas: text.optional().meta({
    description:
      'The file that `bench alpha` writes, for methods with `box: { rule: mean, alpha: search }`. The run leaves out the images that α was found on.',
    unset: 'none',
  }),
  center_box: z
    .number()
    .gt(0)
    .max(1)
    .default(0.7)
    .describe("Side of the centre-box baseline as a share of the image's."),
};

/** The section as run: the rule has its own keys and no others. */
export const localizationSchema = ruleUnion(protocolShape);

/** The section as a document has it: keys of other rules may stand there, for methods that have those rules. */
export const writtenLocalization = section({ ...writtenRule, ...protocolShape });
