/** The hosts that GitHub redirects downloads to. They refuse a request that carries GitHub's own token, as they do in earnest. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Offer {
  readonly type: string;
  readonly content: () => Promise<Buffer>;
}

export class Storage {
  private readonly offers = new Map<string, Offer>();
  private server: Server | undefined;
  private origin = '';

  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The address under which the content can be had. */
  offer(type: string, content: () => Promise<Buffer>): string {
    const key = randomBytes(12).toString('hex');
    this.offers.set(key, { type, content });
    return `${this.origin}/${key}`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const offer = this.offers.get((request.url ?? '').slice(1));
    if (request.headers.authorization !== undefined || offer === undefined) {
      response
        .writeHead(offer ? 400 : 404, { 'content-type': 'text/plain' })
        .end(offer ? 'Only one auth mechanism allowed' : 'Not Found');
      return;
    }
    const content = await offer.content();
    response
      .writeHead(200, { 'content-type': offer.type, 'content-length': content.length })
      .end(request.method === 'HEAD' ? undefined : content);
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }
}
