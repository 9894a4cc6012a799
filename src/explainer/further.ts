import { inputGradient } from '../methods/readings/input-gradient.js';
import type { Explainer } from './explainer.js';
import type { ExplainerOptions } from './options.js';
import type { Answers, Question } from './question.js';

/**
 * Explainers of the same model for images that a caller changed, each made when it is first asked for. Most runs never
 * ask for one, so the model is read again rather than kept.
 */
export class Further {
  readonly #options: ExplainerOptions;
  readonly #make: (options: ExplainerOptions) => Promise<Explainer>;
  readonly #explainers = new Map<string, Promise<Explainer>>();

  constructor(options: ExplainerOptions, make: (options: ExplainerOptions) => Promise<Explainer>) {
    this.#options = options;
    this.#make = make;
  }

  async scores(question: Question<'scores'>): Promise<Answers['scores']> {
    const explainer = await this.#of('scores', { requests: [], readings: [], k: 1, classes: 'top' });
    return (await explainer.ask({ ...question, kind: 'pass' })).logits;
  }

  /** Of the model, or of one with other weights. */
  async maps({ randomized: index, ...question }: Question<'maps'>): Promise<Answers['maps']> {
    const { randomized = [] } = this.#options;
    const randomize = index === undefined ? undefined : randomized[index];
    if (index !== undefined && randomize === undefined) {
      throw new RangeError(`no randomized network ${index}: there are ${randomized.length}`);
    }
    const k = question.classIds.length / question.n;
    const change = { k, classes: 'given', ...(randomize === undefined ? {} : { randomize }) } as const;
    const explainer = await this.#of(`maps ${k} ${index}`, change);
    return explainer.ask({ ...question, kind: 'pass' });
  }

  async gradient(question: Question<'gradient'>): Promise<Answers['gradient']> {
    const k = question.classIds.length / question.n;
    const readings = [{ reading: inputGradient.name }];
    const explainer = await this.#of(`gradient ${k}`, { requests: [], readings, k, classes: 'given' });
    const { logits, readings: read } = await explainer.ask({ ...question, kind: 'pass' });
    return { logits, gradients: read[0]! };
  }

  #of(key: string, change: Partial<ExplainerOptions>): Promise<Explainer> {
    const existing = this.#explainers.get(key);
    if (existing !== undefined) return existing;
    const { top: _top, groups: _groups, randomized: _randomized, ...rest } = this.#options;
    const explainer = this.#make({ ...rest, ...change });
    this.#explainers.set(key, explainer);
    return explainer;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#explainers.values()].map(async (explainer) => (await explainer).close()));
  }
}
