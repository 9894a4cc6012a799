import type { CommandModule } from 'yargs';
import { alphaCommand } from './alpha.js';
import { cardCommand } from './card.js';
import { checkCommand } from './check.js';
import { compareCommand } from './compare.js';
import { convertCommand } from './convert.js';
import { explainCommand } from './explain.js';
import { fetchCommand } from './fetch.js';
import { layersCommand } from './layers.js';
import { listCommand } from './list.js';
import { mergeCommand } from './merge.js';
import { runCommand } from './run.js';
import { workerCommand } from './worker.js';

/** All that `bench` can do, in the order of its help. */
export const commands = [
  runCommand,
  workerCommand,
  mergeCommand,
  checkCommand,
  compareCommand,
  alphaCommand,
  explainCommand,
  layersCommand,
  cardCommand,
  listCommand,
  fetchCommand,
  convertCommand,
] as readonly CommandModule[];
