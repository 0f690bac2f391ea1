import { ReadableStream } from 'node:stream/web';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { BlobmirrorError, type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface ErrorAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly jsonBody: {
    readonly error: { readonly code: string; readonly message: string; readonly hint: string };
  };
}

/** What is wrong with the request; all else is wrong with us. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'request-invalid': 400,
  'action-not-allowed': 403,
  'run-not-found': 404,
  'letter-not-found': 404,
  'run-in-progress': 409,
  'run-has-ended': 409,
  unexpected: 500,
};

/**
 * An error as an answer: 503 for what may pass by itself. What a stranger threw is only told in the log: nobody has
 * looked through its text for secrets.
 */
export function toErrorAnswer(thrown: unknown, log: Logger): ErrorAnswer {
  const error = toBlobmirrorError(thrown);
  const { code, hint, retryAfterMs, disposition } = error;
  const status = STATUS[code] ?? (disposition === 'retry' ? 503 : 500);
  if (status >= 500) log.error('an HTTP request could not be answered', { error });
  const message =
    code === 'unexpected' ? 'something unexpected went wrong; the log says what' : error.message;
  return {
    status,
    ...(retryAfterMs !== undefined && { headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } }),
    jsonBody: { error: { code, message, hint } },
  };
}

/**
 * The body of a request; none is as good as `{}`.
 *
 * @throws BlobmirrorError `request-invalid`
 */
export function parseJsonBody(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new BlobmirrorError('request-invalid', 'the body is no JSON');
  }
}

/** Lines are short; a chunk of HTTP for each would cost more than the lines. */
const CHUNK_CHARACTERS = 65_536;

/**
 * Lines as a body of HTTP, read as fast as they are taken and never held in memory together. Resolves once the first
 * ones are there: what fails before that can still be answered with a status.
 */
export async function streamLines(lines: AsyncIterable<string>): Promise<ReadableStream<Uint8Array>> {
  const chunks = encode(lines);
  const first = await chunks.next();
  return ReadableStream.from(resume(first, chunks));
}

async function* resume(
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array, void, void>,
): AsyncGenerator<Uint8Array, void, void> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

async function* encode(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, void> {
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

/** The part of a request that says what its sender can read. */
export interface AcceptingRequest {
  readonly headers: { get(name: string): string | null };
}

interface ZippedAnswer {
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}

const zip = promisify(gzip);

/** JSON, compressed for whoever takes that: nobody else on the way does it. */
export async function gzipAnswer(value: unknown, { headers }: AcceptingRequest): Promise<ZippedAnswer> {
  const text = JSON.stringify(value);
  const told = { 'content-type': 'application/json', vary: 'accept-encoding' };
  if (!/\bgzip\b/.test(headers.get('accept-encoding') ?? '')) return { headers: told, body: text };
  return { headers: { ...told, 'content-encoding': 'gzip' }, body: await zip(text) };
}
