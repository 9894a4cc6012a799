import { availableParallelism } from 'node:os';
import { ConfigError } from '../base/errors.js';
import { chooseEngine, describeDevice, engineNamed } from '../engines/registry.js';
import type { Explainer } from '../explainer/explainer.js';
import type { RunReporter } from './reporter.js';

/** An engine that leaves nothing open. */
interface EngineChoice {
  readonly engine: string;
  /** onnxruntime's, unless it is the one that it takes anyway. */
  readonly provider?: string;
  /** Why each better engine was passed over. */
  readonly passedOver: readonly string[];
}

/**
 * What `auto` and `tfjs` are on this machine: two machines that agree in it compute the same numbers, and a journal begun
 * on one engine is never gone on with on another.
 * @throws ConfigError for an engine that there is none of, EngineError for one that cannot run here
 */
export async function chosenEngine(engine: string, provider: string | undefined): Promise<EngineChoice> {
  if (provider !== undefined && engine.startsWith('tfjs')) {
    throw new ConfigError(
      `provider: ${provider} belongs to onnxruntime, the engine is ${engine}: remove one of them`,
    );
  }
  const { name } = engineNamed(engine);
  const best = await chooseEngine(name, provider);
  // `cpu` is what onnxruntime takes when nothing is said.
  const providerKey = provider === undefined || provider === 'cpu' ? {} : { provider };
  return { engine: best.name, ...providerKey, passedOver: best.passedOver };
}

/** What computes: the keys of a configuration whose engine is chosen. */
interface EngineKeys {
  readonly engine: string;
  readonly provider?: string | undefined;
  readonly threads?: number | undefined;
}

/** The line that says what will compute: `engine: onnxruntime (cpu, 2 threads)`. */
export function engineLine({
  engine,
  provider = 'cpu',
  threads = availableParallelism(),
}: EngineKeys): string {
  if (engine !== 'onnxruntime') return `engine: ${engine.replace(/^tfjs:(.*)$/, 'tfjs ($1)')}`;
  return `engine: ${engine} (${provider}, ${threads === 1 ? '1 thread' : `${threads} threads`})`;
}

/** Version and device, and why each better engine was passed over. */
function engineDetail(
  { device }: Pick<Explainer, 'device'>,
  { passedOver }: Pick<EngineChoice, 'passedOver'>,
): string {
  return `engine: ${describeDevice(device, passedOver)}`;
}

/** Says what computes in one line, and more to those who ask; nothing where no network runs. */
export function noteEngine(
  keys: EngineKeys,
  explainer: Pick<Explainer, 'device'> | undefined,
  passedOver: readonly string[],
  { note, detail }: Pick<RunReporter, 'note' | 'detail'>,
): void {
  if (explainer === undefined) return;
  note(engineLine(keys));
  detail(engineDetail(explainer, { passedOver }));
}
