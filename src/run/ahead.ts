/**
 * Makes a result per item, in the items' order, with up to `depth` of them under way before they are asked for.
 * Whoever reads slowly holds the making back: never more than `depth` finished results wait.
 */
export async function* ahead<Item, Result>(
  items: Iterable<Item>,
  make: (item: Item) => Promise<Result>,
  depth: number,
): AsyncGenerator<Result, void, undefined> {
  const queue: Promise<Result>[] = [];
  const start = (item: Item) => {
    const result = make(item);
    // A failure is thrown where the result is awaited; until then it must not count as unhandled.
    result.catch(() => {});
    queue.push(result);
  };
  const iterator = items[Symbol.iterator]();
  for (;;) {
    while (queue.length < Math.max(1, depth)) {
      const next = iterator.next();
      if (next.done) break;
      start(next.value);
    }
    const first = queue.shift();
    if (first === undefined) return;
    yield await first;
  }
}
