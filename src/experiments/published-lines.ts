import type { OutputFile } from '../eval/experiment.js';
import type { PublishedTable } from '../eval/published.js';
import { columns } from '../report/columns.js';

/** What was published about the experiment, as a file of its own: it is of other data and networks than the run's. */
export function publishedFile({ rows }: PublishedTable): readonly OutputFile[] {
  if (rows.length === 0) return [];
  const numbers = rows.flatMap((row) =>
    Object.entries(row.values).map(([measure, value]) => ({ ...row, measure, value })),
  );
  const text = columns<(typeof numbers)[number]>([
    'source',
    'data',
    'network',
    'method',
    'measure',
    'value',
  ]).csv(numbers);
  return [{ name: 'published.csv', text }];
}

/** The same for people, below a table. */
export function publishedLines({ title, rows }: PublishedTable): readonly string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(({ source, data, network, method, values }) => {
    const numbers = Object.entries(values).map(([measure, value]) => `${measure} ${value}`);
    return `  ${network} ${method}: ${numbers.join(', ')} (${source}, ${data})`;
  });
  return ['', `Published: ${title}`, ...lines];
}
