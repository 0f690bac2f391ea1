import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { LinePage } from '../api/line-page.ts';
import { BlobmirrorError, type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import { toPrintableJson } from '../model/printable.ts';
import type { Logger } from '../telemetry/logger.ts';

/** An answer in the shape that Azure Functions takes. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly jsonBody?: unknown;
  /** Held in memory whole: a streamed body would need `enableHttpStream`, which breaks every other answer of the app. */
  readonly body?: string | Uint8Array;
}

/** An answer with a body. */
export interface BufferedAnswer extends HttpAnswer {
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

interface ErrorAnswer extends HttpAnswer {
  readonly jsonBody: {
    readonly error: { readonly code: string; readonly message: string; readonly hint: string };
  };
}

/** A request without its body. */
export interface RequestHead {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** The query of a request. */
export interface Query {
  readonly get: (name: string) => string | null;
}

/** A parameter; undefined if it is missing or blank. */
export function parameter(query: Query, name: string): string | undefined {
  return query.get(name) || undefined;
}

/** Entries of a page. */
const LIMIT = { default: 100, max: 1000 } as const;

/** The parameter `limit`. @throws BlobmirrorError `request-invalid` */
export function limitOf(query: Query): number {
  const text = parameter(query, 'limit');
  if (text === undefined) return LIMIT.default;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= LIMIT.max) return limit;
  throw new BlobmirrorError(
    'request-invalid',
    `limit is ${JSON.stringify(text.slice(0, 40))}; it should be a whole number from 1 to ${LIMIT.max}`,
  );
}

/** Of every answer of the API: it is about this moment, holds names of blobs, and is never to be taken for a page. */
export const API_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/**
 * The answer of `act`, or its error as an answer, with the headers of every answer of the API. JSON is written here, so
 * that a terminal which shows it obeys no character of a name.
 */
export async function answer(log: Logger, act: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const answered = await act().catch((thrown: unknown) => toErrorAnswer(thrown, log));
  const { jsonBody, ...rest } = answered;
  const headers = { ...rest.headers, ...API_HEADERS };
  if (jsonBody === undefined) return { ...rest, headers };
  return {
    ...rest,
    headers: { 'content-type': 'application/json', ...headers },
    body: toPrintableJson(JSON.stringify(jsonBody)),
  };
}

/** Codes that are errors of the request. All others are errors of the server. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'request-invalid': 400,
  'request-too-large': 413,
  'action-not-allowed': 403,
  'run-not-found': 404,
  'letter-not-found': 404,
  'run-in-progress': 409,
  'run-has-ended': 409,
  unexpected: 500,
};

/**
 * An error as an answer: 503 for what may pass by itself. The text of an unexpected error goes to the log alone, since
 * it may hold secrets.
 */
export function toErrorAnswer(thrown: unknown, log: Logger): ErrorAnswer {
  const error = toBlobmirrorError(thrown);
  const { code, hint, retryAfterMs, disposition } = error;
  const status = STATUS[code] ?? (disposition === 'retry' ? 503 : 500);
  if (status >= 500) log.error('an HTTP request could not be answered', { error });
  const message = code === 'unexpected' ? 'an unexpected error; see the log of the app' : error.message;
  return {
    status,
    ...(retryAfterMs !== undefined && { headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } }),
    jsonBody: { error: { code, message, hint } },
  };
}

/** A request with its body, of which nothing was read yet. */
export interface RequestWithBody extends RequestHead {
  /** Null: it has none. */
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Ten thousand ids of dead letters, the most that a request may name, take half of it. */
const MAX_BODY_BYTES = 1_048_576;

/**
 * The body of a request as text. One that is too large is refused by its declared size before any of it is read, and
 * one that declares none as soon as more has come.
 *
 * @throws BlobmirrorError `request-too-large`
 */
export async function readBody({ headers, body }: RequestWithBody): Promise<string> {
  const declared = Number(headers.get('content-length') ?? 0);
  if (declared > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Not cancelled: that would close the connection before the answer is sent.
  for await (const chunk of body?.values({ preventCancel: true }) ?? []) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function tooLarge(): BlobmirrorError {
  const most = MAX_BODY_BYTES.toLocaleString('en');
  return new BlobmirrorError('request-too-large', `the body is larger than ${most} bytes`);
}

/**
 * The body of a request as a value. A blank one means `{}`.
 *
 * @throws BlobmirrorError `request-invalid`
 */
export function parseJsonBody(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new BlobmirrorError('request-invalid', 'the body is not JSON');
  }
}

/**
 * A page of lines as a body, and where the next one is: as the header `link`, and as the last line, so that no part
 * passes for the whole. The reference is relative to the URL of the request.
 *
 * @param query of the request, without `from`
 */
export function linesAnswer(
  { lines, next }: LinePage,
  query: Readonly<Record<string, string | undefined>>,
): HttpAnswer {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const more = next === null ? undefined : `?${new URLSearchParams([...given, ['from', next]]).toString()}`;
  const all = more === undefined ? lines : [...lines, JSON.stringify({ next: more })];
  return {
    status: 200,
    headers: {
      'content-type': 'application/x-ndjson',
      ...(more !== undefined && { link: `<${more}>; rel="next"` }),
    },
    body: all.map((line) => `${toPrintableJson(line)}\n`).join(''),
  };
}

const zip = promisify(gzip);

/** JSON, compressed where the client accepts gzip: the Functions host does not compress. */
export async function jsonAnswer(
  value: unknown,
  request: Pick<RequestHead, 'headers'>,
): Promise<BufferedAnswer> {
  const text = toPrintableJson(JSON.stringify(value));
  const plain = { 'content-type': 'application/json', vary: 'accept-encoding' };
  if (!acceptsGzip(request)) return { status: 200, headers: plain, body: text };
  return { status: 200, headers: { ...plain, 'content-encoding': 'gzip' }, body: await zip(text) };
}

export function acceptsGzip({ headers }: Pick<RequestHead, 'headers'>): boolean {
  return /\bgzip\b/.test(headers.get('accept-encoding') ?? '');
}
