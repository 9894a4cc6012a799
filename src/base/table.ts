/** A column of a table for people. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Whether a row is better or worse than what it stands beside, with evidence. */
export type Tone = 'better' | 'worse';

/** A table for people: texts, which are laid out where their width is known. */
export interface Table {
  readonly heads: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** What a row says at a glance, one for each row; a terminal shows it as a colour. */
  readonly tones?: readonly (Tone | undefined)[];
}

/** What a report says: sentences, and tables between them. */
export type ReportLine = string | Table;
