import { describe, expect, it } from 'vitest';
import { checkedAnswer } from '../../../src/run/queue/answer.js';

const ESCAPE = '\u001b[31m';

describe('an answer out of Redis', () => {
  it('gives reasons without what a terminal would obey, of failures and of missing maps', async () => {
    const judged = { truth: 'x', scaled: false, record: {} };
    const images = [
      { at: 0, id: 'a', failed: `broken${ESCAPE}\nred` },
      { at: 1, id: 'b', ...judged, missing: `no maps${ESCAPE}\nred` },
      { at: 2, id: 'c', ...judged },
    ];
    const answer = { worker: 'one', images, spent: [0, 0, 0, 0, 0] };
    const { images: plain } = await checkedAnswer(
      answer,
      { network: 0, at: [0, 1, 2] },
      { ids: ['a', 'b', 'c'] },
    );
    expect(plain).toEqual([
      { at: 0, id: 'a', failed: 'broken?[31m red' },
      { at: 1, id: 'b', ...judged, missing: 'no maps?[31m red' },
      { at: 2, id: 'c', ...judged },
    ]);
  });
});
