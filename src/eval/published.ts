/** A number that was published: whose, on which data, of which network and method. */
export interface PublishedRow {
  /** Label of the source, e.g. `TorchRay`. */
  readonly source: string;
  /** Registry name of the data set that it was measured on. */
  readonly dataset: string;
  /** The data in words, e.g. `VOC07 test`. */
  readonly data: string;
  readonly network: string;
  readonly method: string;
  readonly values: Readonly<Record<string, number>>;
  readonly note?: string | undefined;
  /** Somebody else's rerun of a row: it stands beside, and never for the row itself. */
  readonly secondary?: boolean;
}

/** The images that published numbers were measured on. */
export interface PublishedData {
  /** Registry name of the data set. */
  readonly dataset: string;
  /** Of VOC. */
  readonly year?: number | undefined;
  readonly split: string;
  readonly images: number;
  readonly classes: number;
}

/** The published numbers of an experiment. */
export interface PublishedTable {
  readonly title: string;
  /** By the rows' `data`. */
  readonly data: Readonly<Record<string, PublishedData>>;
  readonly rows: readonly PublishedRow[];
}

/** The published rows of a network and method; without a network, or of another data set, there are none. */
export function publishedRows(
  table: PublishedTable,
  wanted: {
    readonly network: string | undefined;
    readonly method: string;
    readonly dataset?: string | undefined;
  },
): readonly PublishedRow[] {
  return table.rows.filter(
    (row) =>
      row.network === wanted.network &&
      row.method === wanted.method &&
      (wanted.dataset === undefined || row.dataset === wanted.dataset),
  );
}

export const NOTHING_PUBLISHED: PublishedTable = { title: '', data: {}, rows: [] };
