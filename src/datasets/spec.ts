/** What a configuration says about its data set, whichever it is. Each data set's own keys stand in its file. */
export interface CommonSpec {
  /** A name of the registry. */
  readonly name: string;
  /** The folder that holds the data. */
  readonly root: string;
  /** `val`, `test`, `trainval`, …; the default depends on the data set. */
  readonly split?: string | undefined;
  /** A file of ids, one per line: these images only, in this order. Relative to `root`, or else to the working directory. */
  readonly images?: string | undefined;
  /** A file of classes, one per line, in place of the data set's own list. Found like `images`. */
  readonly classes?: string | undefined;
  /** The pictures are not the data set's own but made in its format. */
  readonly demonstration?: boolean | undefined;
}

/** The same with keys of a data set's own, whose values its entry checks when it is opened. */
export interface DatasetSpec extends CommonSpec {
  readonly [key: string]: unknown;
}
