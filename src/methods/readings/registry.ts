import { activations } from './activations.js';
import { inputGradient } from './input-gradient.js';
import { neuronActivity, neuronImportance } from './neuron-importance.js';
import type { Reading } from './reading.js';
import { segmenter } from './segmenter.js';

/** Every reading by its name. Users name methods; readings are asked for by experiments and by methods of many passes. */
export const readings: ReadonlyMap<string, Reading> = new Map(
  [activations, inputGradient, neuronImportance, neuronActivity, segmenter].map(
    (reading) => [reading.name, reading] as const,
  ),
);

export function readingNamed(name: string): Reading {
  const reading = readings.get(name);
  if (reading === undefined) throw new Error(`no reading is called ${name}`);
  return reading;
}
