import { ConfigError } from '../base/errors.js';
import { type BenchConfig, configSchema } from './schema.js';

type Tree = Readonly<Record<string, unknown>>;
const treeOf = (value: unknown): Tree => (typeof value === 'object' && value !== null ? (value as Tree) : {});

/** The one key that is written in another form than it is resolved to. */
function asWritten(network: unknown): unknown {
  const { model, ...rest } = treeOf(network);
  const { input, ...others } = treeOf(model);
  const { size, ...preprocessing } = treeOf(input);
  const { height, width } = treeOf(size);
  return { ...rest, model: { ...others, input: { ...preprocessing, size: [height, width] } } };
}

/**
 * A configuration that another process has resolved and sent, checked like one that was written here.
 * @throws ConfigError when it is none
 */
export function resolvedConfig(value: unknown): BenchConfig {
  const { networks, ...rest } = treeOf(value);
  const written = { ...rest, networks: Array.isArray(networks) ? networks.map(asWritten) : networks };
  const parsed = configSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  throw new ConfigError('not a configuration that a run has resolved');
}
