import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

export interface Loopback {
  readonly base: string;
  /** "GET /path bytes=5-" for every request so far, in their order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A real HTTP server on the loopback; `count` is the number of requests before this one. */
export async function serve(handler: Handler): Promise<Loopback> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.method, request.url, request.headers.range].filter(Boolean).join(' '));
    handler(request, response, requests.length - 1);
  });
  // As a proxy it opens tunnels to wherever it is asked.
  server.on('connect', (request, socket, head) => {
    requests.push(`CONNECT ${request.url}`);
    const [host, port] = request.url!.split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [upstream, socket]) end.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Bytes that repeat nowhere near: a lost or doubled stretch changes them. */
export function contentOf(length: number): Buffer {
  return Buffer.from(
    Uint32Array.from({ length: Math.ceil(length / 4) }, (_, i) => i * 2654435761).buffer,
  ).subarray(0, length);
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export interface Sending {
  readonly content: Buffer;
  /** Cut the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  readonly ignoreRange?: boolean;
}

/** Sends the content from where the request's Range asks, whole or cut in the middle. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { content, cutAfter, ignoreRange }: Sending,
): void {
  const start = ignoreRange ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const body = content.subarray(start);
  const headers = { 'content-length': body.length };
  if (start > 0)
    response.writeHead(206, {
      ...headers,
      'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
    });
  else response.writeHead(200, headers);
  if (cutAfter === undefined) return void response.end(body);
  response.write(body.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 20));
}

export function answer(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers);
  response.end('something for people to read');
}
