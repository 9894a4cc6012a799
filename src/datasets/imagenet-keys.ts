import { z } from 'zod';
import type { SpecWith } from './kind.js';

export const IMAGENET_KEYS = {
  layout: z
    .enum(['kaggle', 'flat', 'folders'])
    .optional()
    .meta({ description: 'how the files are arranged.', unset: 'detected' }),
  boxes: z.boolean().optional().meta({
    description: '`false` reads no boxes, for classification errors alone.',
    unset: 'true',
  }),
};

export type ImagenetSpec = SpecWith<typeof IMAGENET_KEYS>;
