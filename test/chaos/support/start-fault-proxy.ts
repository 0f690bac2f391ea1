import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as sendRequest,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { CALM, DONE_ALL_THE_SAME, type Fault, REFUSALS, type Refusal, type Weather } from './fault.ts';

export interface FaultProxy {
  readonly port: number;
  /** How often each fault happened. */
  readonly faults: ReadonlyMap<Fault, number>;
  /** Copies that the account has not answered yet. */
  readonly copiesUnderWay: number;
  setWeather(weather: Weather): void;
  stop(): Promise<void>;
}

export interface FaultProxyOptions {
  /** The port of the account on this machine. */
  readonly to: number;
  readonly random: SeededRandom;
  /** Called with the service's true answer, whether or not the client gets it. */
  readonly onAnswer?: (exchange: Exchange) => void;
}

export interface Exchange {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly requestHeaders: IncomingMessage['headers'];
  /** As they were sent: the case of a metadata name is kept. */
  readonly rawRequestHeaders: readonly string[];
  readonly status: number;
  readonly answerHeaders: IncomingMessage['headers'];
}

/** Milliseconds. A copy takes longer by itself than any other request. */
const SLOW_MS = { copy: 600, other: 150 };

/**
 * A bad network in front of a storage account. Requests reach the service whole or not at all, and a request
 * that did has ended before the client sees its failure: nothing that looks lost happens later.
 */
export async function startFaultProxy({ to, random, onAnswer }: FaultProxyOptions): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const faults = new Map<Fault, number>();
  let weather = CALM;
  let copiesUnderWay = 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const fault = drawFault(weather, random.share());
    if (fault !== undefined) faults.set(fault, (faults.get(fault) ?? 0) + 1);
    const isCopy = request.headers['x-ms-copy-source'] !== undefined;
    if (isCopy) copiesUnderWay++;
    try {
      await answer(request, response, body, fault, isCopy);
    } finally {
      if (isCopy) copiesUnderWay--;
    }
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    fault: Fault | undefined,
    isCopy: boolean,
  ): Promise<void> {
    const refusal = fault === undefined ? undefined : REFUSALS[fault];
    if (fault === 'cut before the service had it') return void response.destroy();
    if (refusal !== undefined && !(fault !== undefined && DONE_ALL_THE_SAME.has(fault)))
      return refuse(response, refusal);
    if (fault === 'slow') await sleep(random.share() * (isCopy ? SLOW_MS.copy : SLOW_MS.other));

    const answered = await forward(request, body);
    if (fault === 'cut before the answer' || refusal !== undefined) await buffer(answered);
    if (refusal !== undefined) return refuse(response, refusal);
    if (fault === 'cut before the answer') return void response.destroy();
    response.sendDate = false;
    response.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
    if (fault === 'cut in the answer') await cutIn(response, answered);
    else await relay(answered, response);
  }

  async function forward(request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { method = 'GET', url = '/', rawHeaders } = request;
    // The host name is not signed, and storage needs its own to recognize the account.
    const onward = sendRequest({
      agent,
      host: '127.0.0.1',
      port: to,
      method,
      path: url,
      headers: rawHeaders,
    });
    onward.end(body);
    const [answered] = (await once(onward, 'response')) as [IncomingMessage];
    onAnswer?.({
      method,
      url,
      requestHeaders: request.headers,
      rawRequestHeaders: rawHeaders,
      status: answered.statusCode ?? 0,
      answerHeaders: answered.headers,
    });
    return answered;
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    response.on('error', () => response.destroy());
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    faults,
    get copiesUnderWay() {
      return copiesUnderWay;
    },
    setWeather: (next) => (weather = next),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

/** @param share from 0, below 1 */
function drawFault(weather: Weather, share: number): Fault | undefined {
  let left = share;
  for (const [fault, width] of Object.entries(weather) as [Fault, number][]) {
    if (left < width) return fault;
    left -= width;
  }
  return undefined;
}

function refuse(response: ServerResponse, { status, code, retryAfterSeconds }: Refusal): void {
  response.writeHead(status, {
    ...(code === undefined ? {} : { 'x-ms-error-code': code }),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  response.end();
}

/**
 * The client gets the first half of the first piece of the body; of an answer without one, half of its head.
 */
async function cutIn(response: ServerResponse, answered: IncomingMessage): Promise<void> {
  const body = await buffer(answered);
  if (body.length === 0) response.socket?.write('HTTP/1.1 200 OK\r\nx-ms-');
  else response.write(body.subarray(0, body.length / 2));
  response.socket?.end(() => response.destroy());
}

/** A client that is gone, such as a killed one, does not stop the service's work. */
async function relay(answered: IncomingMessage, response: ServerResponse): Promise<void> {
  response.once('close', () => answered.resume());
  if (response.destroyed) answered.resume();
  else answered.pipe(response);
  await finished(answered);
}
