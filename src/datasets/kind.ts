import { z } from 'zod';
import { ConfigError } from '../base/errors.js';
import type { Dataset } from './dataset.js';
import type { CommonSpec, DatasetSpec } from './spec.js';

/** The keys of a data set's own: each optional, its `meta` with a `description`, and in `unset` what holds without it. */
export type OwnKeys = Readonly<Record<string, z.ZodOptional>>;

/** The spec that a data set with these keys opens. */
export type SpecWith<Keys extends OwnKeys> = CommonSpec & Readonly<z.output<z.ZodObject<Keys>>>;

/** A data set as the registry knows it; all that is said of it elsewhere is made from this. */
export interface DatasetKind {
  readonly name: string;
  /** For `bench list`. */
  readonly description: string;
  /** How results name its data, by `Dataset.provenance`; `demonstration` has its label already. */
  readonly labels: Readonly<Record<string, string>>;
  /** The provenances whose results may stand beside published ones; left out: none. */
  readonly comparable?: readonly string[];
  readonly keys: OwnKeys;
  /** Reads the lists, but no image. @throws ConfigError for a key's value, DataError for the files */
  readonly open: (spec: DatasetSpec) => Promise<Dataset>;
}

/** Describes a data set. From here on the types of its keys are its own. */
export function defineDataset<Keys extends OwnKeys>(
  kind: Omit<DatasetKind, 'keys' | 'open'> & {
    readonly keys: Keys;
    readonly open: (spec: SpecWith<Keys>) => Promise<Dataset>;
  },
): DatasetKind {
  const own = z.object(kind.keys);
  return {
    ...kind,
    open: async (spec) => {
      const parsed = own.safeParse(spec);
      if (parsed.success) return kind.open({ ...spec, ...parsed.data } as SpecWith<Keys>);
      const { path, message } = parsed.error.issues[0]!;
      throw new ConfigError(`dataset.${path.join('.')}: not what ${kind.name} reads: ${message}`);
    },
  };
}
