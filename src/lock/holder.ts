import { z } from 'zod';
import type { ProcessIdentity } from './process-identity.js';

/** Who holds a lock, as it stands in the lock itself: a file, or a key of Redis. */
export interface Holder extends ProcessIdentity {
  /** No other holder ever has it; empty where an older version of the program wrote none. */
  readonly token: string;
}

const schema = z.object({
  host: z.string(),
  machine: z.string().optional(),
  pid: z.number(),
  started: z.string(),
  token: z.string().default(''),
});

/** Of what has no right content, nobody can be the holder: a power cut may leave an empty file, and others write to Redis. */
export function holderIn(text: string): Holder | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
