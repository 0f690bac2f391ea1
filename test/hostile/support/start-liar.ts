import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { bodyOf, type Lie } from './lies.ts';

export interface Liar {
  readonly port: number;
  /** Answers the request of that number, from now on, with the given answer; others as the service does. */
  lie(lie: Lie | undefined): void;
  /** The target of redirects: it counts its requests. */
  readonly strangers: () => number;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  /** Names and values alternate. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const KEPT = [
  ['x-ms-error-code', 'BlobNotFound'],
  ['x-ms-error-code', 'ConditionNotMet'],
] as const;

/** A proxy in front of the embedded storage that gives one false answer at a time. */
export async function startLiar(targetPort: number): Promise<Liar> {
  let lie: Lie | undefined;
  let requests = 0;
  let strangers = 0;
  const stranger = createServer((_, response) => {
    strangers++;
    response.end('thank you');
  });
  const server = createServer({ keepAliveTimeout: 120_000 }, (incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  for (const each of [stranger, server])
    await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  const portOf = (each: typeof server): number => (each.address() as AddressInfo).port;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    // The service's own requests do not pass here.
    const isOurs = incoming.headers['user-agent']?.startsWith('blobmirror') === true;
    const isIt = isOurs && lie !== undefined && requests === lie.at;
    if (isOurs) requests++;
    if (incoming.url?.includes('/followed') === true) strangers++;
    if (lie === undefined || !isIt) {
      send(await forward(incoming, body), outgoing);
      return;
    }
    const truth = lie.isDone ? await forward(incoming, body) : undefined;
    sendLie(lie, truth, incoming, outgoing);
  }

  async function forward({ method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<Answer> {
    const onward = request({
      host: '127.0.0.1',
      port: targetPort,
      method,
      path: url,
      headers: rawHeaders,
      agent: false,
    });
    onward.end(body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      onward.on('response', resolve).on('error', reject);
    });
    return { status: response.statusCode ?? 0, headers: response.rawHeaders, body: await buffer(response) };
  }

  function send({ status, headers, body }: Answer, outgoing: ServerResponse): void {
    outgoing.writeHead(status, [...headers]).end(body);
  }

  function sendLie(
    told: Lie,
    truth: Answer | undefined,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): void {
    const whole = truth?.body ?? Buffer.alloc(0);
    const body = bodyOf(told, whole);
    const isTrue = told.headers === 'true' || told.headers === 'cached';
    const headers = isTrue ? without(truth?.headers ?? [], told) : headersOf(told, incoming);
    if (incoming.method !== 'HEAD') {
      const length = told.body === 'cut' ? whole.length : body.length;
      if (told.body !== 'half without length') headers.push('content-length', String(length));
    } else if (isTrue) headers.push('content-length', lengthIn(truth?.headers ?? []));
    outgoing.writeHead(isTrue ? (truth?.status ?? 200) : told.status, headers);
    if (told.body === 'cut' && body.length < whole.length) outgoing.write(body, () => outgoing.destroy());
    else outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  }

  function headersOf({ headers, type, status }: Lie, incoming: IncomingMessage): string[] {
    const isElsewhere = status % 2 === 0;
    const target = isElsewhere ? `http://127.0.0.1:${portOf(stranger)}/` : `/followed${incoming.url}`;
    return [
      ...(type === undefined ? [] : ['content-type', type]),
      ...(status >= 300 && status < 400 ? ['location', target] : []),
      ...(headers === 'kept'
        ? ['x-ms-request-id', randomUUID(), 'age', '120', ...KEPT[status === 404 ? 0 : 1]]
        : []),
      ...(headers === 'service' ? ['x-ms-request-id', randomUUID(), 'x-ms-version', '2026-02-06'] : []),
    ];
  }

  return {
    port: portOf(server),
    lie: (told) => {
      [lie, requests] = [told, 0];
    },
    strangers: () => strangers,
    stop: async () => {
      for (const each of [server, stranger]) {
        each.closeAllConnections();
        await new Promise((resolve) => each.close(resolve));
      }
    },
  };
}

function without(headers: readonly string[], { headers: kind }: Lie): string[] {
  const left: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const [name = '', value = ''] = [headers[i], headers[i + 1]];
    const lower = name.toLowerCase();
    if (['content-length', 'transfer-encoding', 'connection', 'keep-alive'].includes(lower)) continue;
    left.push(name, kind === 'cached' && lower === 'x-ms-client-request-id' ? randomUUID() : value);
  }
  return left;
}

function lengthIn(headers: readonly string[]): string {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length');
  return headers[at + 1] ?? '0';
}
