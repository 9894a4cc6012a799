/** A CSV file of results as rows by column; undefined where there is no such file. */
export type ReadRows = (name: string) => readonly Readonly<Record<string, string>>[] | undefined;

/** results/paper/<name>.json. */
export type ReadPublished = (name: string) => unknown;

/** docs/claims.md with its tables as the committed results have them. @throws Error for a table without a place */
export function withClaims(page: string, read: ReadRows, published: ReadPublished): string;

/** Numbers with their intervals, or what stands for one that was not measured. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number } | undefined;

/** The verdict on `smaller` being below each of `larger`. */
export function below(smaller: Estimate, larger: readonly Estimate[]): string;

/** The verdict on differences on the same images being above 0. */
export function positive(differences: readonly Estimate[]): string;
