/** What a configuration says about its data set; which keys a data set uses is written in docs/datasets.md. */
export interface DatasetSpec {
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
  /** VOC: the folder that holds the pictures, in place of JPEGImages. Relative to the working directory. */
  readonly imageFolder?: string | undefined;
  /** VOC: 2007 or 2012. */
  readonly year?: number | undefined;
  /** ImageNet: how the files are arranged; detected when left out. */
  readonly layout?: 'kaggle' | 'flat' | 'folders' | undefined;
  /** VOC: which list of images; `segmentation` also requires a mask for every image. */
  readonly task?: 'detection' | 'segmentation' | undefined;
  /** ImageNet: false to go without boxes (classification only) where there is no tree of XML files. */
  readonly boxes?: boolean | undefined;
  /** The pictures are not the data set's own but made in its format. */
  readonly demonstration?: boolean | undefined;
}
