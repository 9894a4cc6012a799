/** What every command with `--json` prints: one document, and nothing else on standard output. */
export function printJson(document: object): void {
  console.log(JSON.stringify(document, null, 1));
}

/** The option `--json`. */
export const jsonOption = { type: 'boolean', default: false, describe: 'print all as JSON' } as const;
