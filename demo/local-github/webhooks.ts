/** Deliveries to the App's webhook: signed, logged, and on demand held back, doubled, reordered or sent again. */
import { createHmac, randomUUID } from 'node:crypto';

export interface Delivery {
  readonly id: number;
  /** The same when GitHub sends a delivery again; in the header `X-GitHub-Delivery`. */
  readonly guid: string;
  readonly delivered_at: string;
  readonly redelivery: boolean;
  readonly duration: number;
  readonly status: string;
  readonly status_code: number;
  readonly event: string;
  readonly action: string | null;
  readonly installation_id: number | null;
  readonly repository_id: number | null;
  readonly throttled_at: string | null;
  readonly url: string;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly payload: Payload };
  readonly response: { readonly headers: Readonly<Record<string, string>>; readonly payload: string };
}

export type Payload = Readonly<Record<string, unknown>>;

export interface Outgoing {
  readonly event: string;
  readonly payload: Payload;
  readonly guid: string;
  readonly appId: number;
}

const TIMEOUT_MS = 10_000;

export class Webhooks {
  target: { readonly url: string; readonly secret: string } | undefined;
  /** Oldest first. */
  readonly log: Delivery[] = [];
  private readonly running = new Set<Promise<void>>();
  private held: Outgoing[] | undefined;

  constructor(
    private readonly now: () => Date,
    private readonly nextId: () => number,
  ) {}

  emit(event: string, payload: Payload, appId: number): void {
    const outgoing = { event, payload: JSON.parse(JSON.stringify(payload)) as Payload, guid: randomUUID(), appId };
    if (this.held) this.held.push(outgoing);
    else this.send(outgoing, false);
  }

  /** Keeps deliveries back until {@link release}. */
  hold(): void {
    this.held ??= [];
  }

  /** Sends what was held back, in the order that `arrange` makes of it: reversed, doubled, with some lost. */
  release(arrange: (held: readonly Outgoing[]) => readonly Outgoing[] = (held) => held): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const outgoing of arrange(held)) this.send(outgoing, false);
  }

  /** Undefined when there is no such delivery. */
  redeliver(id: number): Delivery | undefined {
    const found = this.log.find((delivery) => delivery.id === id);
    const appId = Number(found?.request.headers['X-GitHub-Hook-Installation-Target-ID']);
    if (found) this.send({ event: found.event, payload: found.request.payload, guid: found.guid, appId }, true);
    return found;
  }

  /** Resolves when no delivery is under way. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private send(outgoing: Outgoing, redelivery: boolean): void {
    const { target } = this;
    if (target === undefined) return;
    const running = this.deliver(outgoing, target, redelivery).finally(() => this.running.delete(running));
    this.running.add(running);
  }

  private async deliver(
    { event, payload, guid, appId }: Outgoing,
    { url, secret }: { url: string; secret: string },
    redelivery: boolean,
  ): Promise<void> {
    const body = JSON.stringify(payload);
    const sign = (algorithm: string): string =>
      `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
    const headers = {
      Accept: '*/*',
      'Content-Type': 'application/json',
      'User-Agent': 'GitHub-Hookshot/local',
      'X-GitHub-Delivery': guid,
      'X-GitHub-Event': event,
      'X-GitHub-Hook-ID': '1',
      'X-GitHub-Hook-Installation-Target-ID': String(appId),
      'X-GitHub-Hook-Installation-Target-Type': 'integration',
      'X-Hub-Signature': sign('sha1'),
      'X-Hub-Signature-256': sign('sha256'),
    };
    const started = this.now();
    const answer = await post(url, headers, body);
    const number = (key: string): number | null => (payload[key] as { id?: number } | undefined)?.id ?? null;
    this.log.push({
      id: this.nextId(),
      guid,
      delivered_at: started.toISOString(),
      redelivery,
      duration: Math.max(0, this.now().getTime() - started.getTime()) / 1000,
      status: answer.status,
      status_code: answer.code,
      event,
      action: typeof payload['action'] === 'string' ? payload['action'] : null,
      installation_id: number('installation'),
      repository_id: number('repository'),
      throttled_at: null,
      url,
      request: { headers, payload },
      response: { headers: {}, payload: answer.body },
    });
  }
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ code: number; status: string; body: string }> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return {
      code: response.status,
      status: response.ok ? 'OK' : response.statusText || 'Invalid HTTP Response',
      body: await response.text(),
    };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return { code: timedOut ? 504 : 502, status: timedOut ? 'timed out' : 'failed to connect to host', body: '' };
  }
}
