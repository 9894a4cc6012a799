/** A column of a table for people. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A table for people: texts, which are laid out where their width is known. */
export interface Table {
  readonly heads: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** What a report says: sentences, and tables between them. */
export type ReportLine = string | Table;
