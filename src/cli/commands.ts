import type { Argv, CommandModule } from 'yargs';
import { alphaCommand } from './alpha.js';
import { cacheCommand } from './cache.js';
import { cardCommand } from './card.js';
import { checkCommand } from './check.js';
import { compareCommand } from './compare.js';
import { compileCommand } from './compile.js';
import { convertCommand } from './convert.js';
import { doctorCommand } from './doctor.js';
import { EXAMPLES } from './examples.js';
import { explainCommand } from './explain.js';
import { fetchCommand } from './fetch.js';
import { judgeCommand } from './judge.js';
import { layersCommand } from './layers.js';
import { leaderboardCommand } from './leaderboard.js';
import { listCommand } from './list.js';
import { mapsCommand } from './maps.js';
import { mergeCommand } from './merge.js';
import { runCommand } from './run.js';
import { workerCommand } from './worker.js';

/** A command whose help ends with its examples. */
function withExamples(command: CommandModule): CommandModule {
  const { builder } = command;
  const name = String(command.command).split(' ')[0]!;
  return {
    ...command,
    builder: (yargs: Argv) => {
      const built = typeof builder === 'function' ? (builder(yargs) as Argv) : yargs;
      return built.example([...EXAMPLES[name]!] as [string, string][]);
    },
  };
}

/** All that `bench` can do, in the order of its help. */
export const commands: readonly CommandModule[] = (
  [
    runCommand,
    workerCommand,
    mergeCommand,
    judgeCommand,
    mapsCommand,
    checkCommand,
    compareCommand,
    leaderboardCommand,
    alphaCommand,
    explainCommand,
    compileCommand,
    layersCommand,
    cardCommand,
    listCommand,
    fetchCommand,
    cacheCommand,
    convertCommand,
    doctorCommand,
  ] as readonly CommandModule[]
).map(withExamples);
