import type { BOX_RULES } from '../../src/config/box-rule.js';
import type { configSchema, fileSchema } from '../../src/config/schema.js';

/** docs/configuration.md with its tables of keys as the schema has them. */
export function withTables(
  page: string,
  schema: {
    readonly configSchema: typeof configSchema;
    readonly fileSchema: typeof fileSchema;
    readonly BOX_RULES: typeof BOX_RULES;
    readonly experiments: ReadonlyMap<string, { readonly name: string; readonly reads: readonly string[] }>;
  },
): string;
