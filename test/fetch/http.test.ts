import { describe, expect, it } from 'vitest';
import { HttpClient } from '../../src/fetch/http.js';
import { contentOf, send, serve } from './loopback.js';

describe('HttpClient', () => {
  it('keeps what arrived before a connection was cut for who reads later, then the error', async () => {
    const server = await serve((request, response) =>
      send(request, response, { content: contentOf(100_000), cutAfter: 1000 }),
    );
    const client = new HttpClient({});
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtExceptionMonitor', note);
    try {
      const { status, body } = await client.get(`${server.base}/net.onnx`, 0);
      expect(status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const seen: Buffer[] = [];
      const reading = async () => {
        for await (const chunk of body) seen.push(chunk);
      };
      await expect(reading()).rejects.toThrow();
      expect(Buffer.concat(seen)).toEqual(contentOf(100_000).subarray(0, 1000));
      expect(uncaught).toEqual([]);
    } finally {
      process.off('uncaughtExceptionMonitor', note);
      await client.close();
      await server.close();
    }
  });
});
