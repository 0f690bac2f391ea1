import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Context } from '../azurite/azurite-model.ts';
import { contextPath, operations } from '../azurite/azurite.ts';

/**
 * One answered HTTP request. A batch counts as one; reads of a copy source on this server are not counted.
 */
export interface StorageRequest {
  readonly account: string;
  readonly container?: string;
  readonly path?: string;
  readonly method: string;
  /**
   * Azurite's name for it, such as `BlockBlob_PutBlobFromUrl`, or one of the Data Lake API's, such as
   * `Path_Rename`; `Unknown` when it matches no operation.
   */
  readonly operation: string;
  readonly status: number;
  readonly userAgent?: string;
  readonly requestId: string;
}

type Located = Context['context'] & { contextID: string; operation?: number; operationName?: string };
type Locals = Readonly<Record<string, Located | undefined>>;

/** Wraps Azurite's listener: counts every request as running and reports it when it is answered. */
export function observeRequests(
  listener: RequestListener,
  requests: RequestsInFlight,
  onRequest: ((request: StorageRequest) => void) | undefined,
): RequestListener {
  return (request, response) => {
    const over = requests.start();
    // A disconnected client ends a read, but a write runs to its end and may still create a blob.
    if (request.method === 'GET' || request.method === 'HEAD') response.once('close', over);
    else beforeEnd(response, over);
    if (onRequest) onceAnswered(response, () => onRequest(toStorageRequest(request, response)));
    listener(request, response);
  };
}

/** Azurite ends every response, even when its connection is closed and `finish` is never emitted. */
function beforeEnd(response: ServerResponse, action: () => void): void {
  const end = response.end.bind(response);
  Object.assign(response, {
    end: (...parameters: Parameters<typeof end>) => {
      action();
      return end(...parameters);
    },
  });
}

/**
 * Gives every answer to HEAD the length of its body or a transfer encoding, as Azure does: without either, Node's
 * client closes the connection.
 */
export function frameHeads(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (request.method === 'HEAD') beforeEnd(response, () => frame(response));
    listener(request, response);
  };
}

function frame(response: ServerResponse): void {
  if (!response.headersSent && !response.hasHeader('content-length'))
    response.setHeader('transfer-encoding', 'chunked');
}

function onceAnswered(response: ServerResponse, action: () => void): void {
  let answered = false;
  const once = () => {
    if (!answered) action();
    answered = true;
  };
  response.once('finish', once);
  response.once('close', once);
}

function toStorageRequest(request: IncomingMessage, response: ServerResponse): StorageRequest {
  const { locals } = response as ServerResponse & { locals?: Locals };
  const context = locals?.[contextPath];
  const userAgent = request.headers['user-agent'];
  return {
    account: context?.account ?? '',
    ...(context?.container ? { container: context.container } : {}),
    ...(context?.blob ? { path: context.blob } : {}),
    method: request.method ?? '',
    operation: context?.operationName ?? operations[context?.operation ?? -1] ?? 'Unknown',
    status: response.statusCode,
    ...(userAgent === undefined ? {} : { userAgent }),
    requestId: context?.contextID ?? '',
  };
}

/**
 * Counts requests, so that an extent is freed only when no running request can still read it: a request that
 * found the blob before its extent lost its last reference also started before.
 */
export class RequestsInFlight {
  #started = 0;
  readonly #running = new Set<number>();
  readonly #listeners: (() => void)[] = [];

  /** Call the returned function when the request is over; further calls do nothing. */
  start(): () => void {
    const number = ++this.#started;
    this.#running.add(number);
    return () => {
      if (this.#running.delete(number)) for (const listener of this.#listeners) listener();
    };
  }

  /** The number of the newest request so far. */
  get newest(): number {
    return this.#started;
  }

  /** True when every request up to that number is over. */
  areOver(upTo: number): boolean {
    // A Set keeps the order of insertion, so its first member is the oldest.
    const [oldest] = this.#running;
    return oldest === undefined || oldest > upTo;
  }

  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
