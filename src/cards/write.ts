import { rename, rm, writeFile } from 'node:fs/promises';
import { ConfigError, messageOf } from '../base/errors.js';
import type { Card } from './schema.js';

/** A card as JSON, lists of numbers on one line. */
export function cardText(card: Card): string {
  const text = JSON.stringify(card, null, 2);
  const list = /\[\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*)\s+\]/g;
  return `${text.replace(list, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`;
}

/** Writes a card, whole or not at all. @throws ConfigError when it cannot be written */
export async function writeCard(path: string, card: Card): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await writeFile(unfinished, cardText(card));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw new ConfigError(`${path}: the card cannot be written: ${messageOf(error)}`);
  }
}
