import type { ClassInfo } from '../base/sample.js';
import { cardClasses, classesOfLines, readLabels } from '../cards/class-names.js';
import type { FoundCard } from '../cards/find.js';
import type { LoadOptions } from './options.js';
import { pathOf } from './picture.js';

/** The names that are given, or those of the card. @throws DataError for a file that cannot be read */
export async function labelsOf(
  labels: LoadOptions['labels'],
  card: FoundCard | undefined,
): Promise<{ readonly labels: readonly ClassInfo[] | undefined; readonly labelsFrom: string | undefined }> {
  if (labels === undefined) {
    return { labels: card && (await cardClasses(card)), labelsFrom: card?.from };
  }
  if (typeof labels === 'string' || labels instanceof URL) {
    const file = pathOf(labels);
    return { labels: await readLabels(file), labelsFrom: file };
  }
  return { labels: classesOfLines(labels, 'labels'), labelsFrom: 'labels' };
}
