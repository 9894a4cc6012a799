import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { ConfigError, ModelError } from '../base/errors.js';
import { cardClasses, readLabels } from '../cards/class-names.js';
import { describeInput } from '../cards/describe.js';
import { cardedInput, overridden, refuseUnsaid } from '../cards/expected.js';
import { cardPath, factsOf } from '../cards/find.js';
import { type Card, checkedCard, IMAGENET } from '../cards/schema.js';
import { cardText, writeCard } from '../cards/write.js';
import { resolveModel } from '../fetch/resolve.js';
import { SCORE_KINDS, type ScoreKind } from '../graph/scores/score.js';
import { type InputFlags, inputOptions, saidByFlags, specOf } from './input-flags.js';

interface Arguments extends InputFlags {
  model: string;
  labels: string | undefined;
  background: boolean | undefined;
  layer: string | undefined;
  output: string | undefined;
  score: ScoreKind | undefined;
  licence: string | undefined;
  source: string | undefined;
  force: boolean;
}

const text = (describe: string) => ({ type: 'string', describe }) as const;

/** `imagenet`, or a file as it is found from beside the card. */
async function classesOf(labels: string | undefined, path: string): Promise<string | undefined> {
  if (labels === undefined || labels === IMAGENET) return labels;
  await readLabels(labels);
  return relative(dirname(resolve(path)), resolve(labels));
}

/** The keys that have a value. */
function given(keys: Card): Card {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}

export const cardCommand: CommandModule<object, Arguments> = {
  command: 'card <model>',
  describe: 'say what a network expects: write its card beside it, or print the one that it has',
  builder: (yargs) =>
    inputOptions(
      (yargs as Argv)
        .positional('model', {
          type: 'string',
          demandOption: true,
          describe: 'an ONNX file, or a fetched name',
        })
        .option('labels', text('class names: imagenet, or a file with one a line'))
        .option('background', { type: 'boolean', describe: 'the first class is a background without a name' })
        .option('layer', text('layer to read maps at by default, see bench layers'))
        .option('output', text('the output that holds the scores, of several'))
        .option('score', { choices: SCORE_KINDS, describe: 'what is explained' })
        .option('licence', text('of the weights'))
        .option('source', text('where the weights are from'))
        .option('force', { type: 'boolean', default: false, describe: 'write over a card that is there' }),
    ) as never,
  handler: async (args) => {
    const model = resolveModel(args.model);
    if (!existsSync(model)) throw new ModelError(`${model}: there is no such file`);
    const facts = factsOf(args.model, model);
    const said = await saidByFlags(args);
    const { background, layer, output, score, licence, source } = args;
    const path = cardPath(model);
    const classes = await classesOf(args.labels, path);
    const keys = given({ classes, background, layer, output, score, licence, source });
    const changed = said.preset !== undefined || Object.keys({ ...said.input, ...keys }).length > 0;
    const input = overridden(cardedInput(facts), model, [said]);
    refuseUnsaid(args.model, facts, input);
    const spec = await specOf(input);
    const { input: _below, ...rest } = facts.card?.card ?? {};
    const card = checkedCard({ input: input.input, ...rest, ...keys }, path);
    // Names that cannot be read are found out before the card says where they are.
    await cardClasses({ card, from: path, file: path });
    if (!changed) {
      process.stdout.write(cardText(card));
    } else {
      if (existsSync(path) && !args.force) {
        throw new ConfigError(`${path} is there already: --force writes it anew, its other keys stay`);
      }
      await writeCard(path, card);
      console.log(`written: ${path}`);
    }
    console.log(`input: ${describeInput(spec, input)}`);
  },
};
