import { describe, expect, it } from 'vitest';
import {
  answer,
  jsonAnswer,
  limitOf,
  linesAnswer,
  parseJsonBody,
  readBody,
  toErrorAnswer,
} from '../../src/http/answer.ts';
import { BlobmirrorError, ERRORS, type ErrorCode } from '../../src/model/errors.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const query = (text: string) => new URLSearchParams(text);

/** Errors of the request, by status. All others are errors of the server, which may pass by themselves or not. */
const OF_REQUEST: Readonly<Record<string, number>> = {
  'request-invalid': 400,
  'action-not-allowed': 403,
  'run-not-found': 404,
  'letter-not-found': 404,
  'run-in-progress': 409,
  'run-has-ended': 409,
  'request-too-large': 413,
};

describe('an error as an answer', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])(
    'has the status of its kind, and only ours are logged: %s',
    (code) => {
      const log = createSilentLogger();
      const error = new BlobmirrorError(code, 'it failed');
      const { status } = toErrorAnswer(error, log);
      const ofServer = code !== 'unexpected' && error.disposition === 'retry' ? 503 : 500;
      expect(status).toBe(OF_REQUEST[code] ?? ofServer);
      expect(log.lines).toHaveLength(status >= 500 ? 1 : 0);
    },
  );

  it.each([
    ['storage-throttled', 503],
    ['storage-forbidden', 503],
    ['queue-unavailable', 503],
    ['storage-rejected', 500],
    ['setting-invalid', 500],
    ['unexpected', 500],
  ] as const)('says whether to come back: %s is %i', (code, status) => {
    expect(toErrorAnswer(new BlobmirrorError(code, 'it failed'), createSilentLogger()).status).toBe(status);
  });

  it('says nothing of what is unexpected, which may hold a secret, but to the log', () => {
    const log = createSilentLogger();
    const told = toErrorAnswer(new TypeError('sig=secret'), log);
    expect(JSON.stringify(told)).not.toContain('secret');
    expect(log.lines).toMatchObject([{ level: 'error', fields: { error: { message: 'sig=secret' } } }]);
  });

  it.each([
    [500, '1'],
    [7000, '7'],
    [7001, '8'],
  ])('asks to wait for whole seconds, and not too short: %i ms', (retryAfterMs, header) => {
    const error = new BlobmirrorError('storage-throttled', 'too many', { retryAfterMs });
    expect(toErrorAnswer(error, createSilentLogger()).headers).toEqual({ 'retry-after': header });
  });
});

describe('every answer', () => {
  it('has the headers of the API, whatever it brings itself', async () => {
    const own = { 'cache-control': 'public', 'x-content-type-options': 'sniff', location: 'x' };
    for (const act of [
      async () => await Promise.resolve({ status: 200, headers: own, jsonBody: {} }),
      async () => await Promise.resolve({ status: 200, headers: own, body: 'text' }),
      async () => await Promise.reject(new BlobmirrorError('request-invalid', 'no')),
    ])
      expect((await answer(createSilentLogger(), act)).headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
  });

  it('is compressed for a client that takes it, and says so to caches', async () => {
    const ask = (encoding: string | null) => ({ headers: { get: () => encoding } });
    const zipped = await jsonAnswer({ a: 1 }, ask('br, gzip'));
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    const plain = await jsonAnswer({ a: 1 }, ask(null));
    expect(plain.headers).toEqual({ 'content-type': 'application/json', vary: 'accept-encoding' });
    expect(plain.body).toBe('{"a":1}');
  });
});

describe('a page of a listing', () => {
  it.each([
    ['', 100],
    ['limit=', 100],
    ['limit=1', 1],
    ['limit=1000', 1000],
  ])('has its number of entries: %s', (text, limit) => {
    expect(limitOf(query(text))).toBe(limit);
  });

  it.each(['0', '-1', '1001', '1.5', 'x'])('has no number of entries that is %s', (limit) => {
    expect(() => limitOf(query(`limit=${limit}`))).toThrow('a whole number from 1 to 1000');
  });

  it('of lines names the next one by header and last line, with the same filter', () => {
    const { headers, body } = linesAnswer(
      { lines: ['{"a":"\u202E"}'], next: 'x y' },
      { code: 'c', container: undefined },
    );
    expect(headers).toMatchObject({ link: '<?code=c&from=x+y>; rel="next"' });
    expect(body).toBe('{"a":"\\u202e"}\n{"next":"?code=c&from=x+y"}\n');
    const last = linesAnswer({ lines: ['{}'], next: null }, { code: 'c' });
    expect([last.headers, last.body]).toEqual([{ 'content-type': 'application/x-ndjson' }, '{}\n']);
  });
});

describe('the body of a request', () => {
  const MOST = 1_048_576;
  const given = (chunks: readonly number[], declared?: number) => {
    let read = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          const size = chunks[read++];
          if (size === undefined) controller.close();
          else controller.enqueue(new Uint8Array(size).fill(97));
        },
      },
      { highWaterMark: 0 },
    );
    const get = (name: string) =>
      name === 'content-length' && declared !== undefined ? `${declared}` : null;
    return { request: { url: '', headers: { get }, body }, read: () => read };
  };

  it('may be as large as the limit', async () => {
    expect(await readBody(given([MOST - 1, 1], MOST).request)).toHaveLength(MOST);
    expect(await readBody({ url: '', headers: { get: () => null }, body: null })).toBe('');
  });

  it('is refused unread where it says that it is larger, and as soon as it is where it does not', async () => {
    const declared = given([1], MOST + 1);
    await expect(readBody(declared.request)).rejects.toMatchObject({ code: 'request-too-large' });
    expect(declared.read()).toBe(0);
    const silent = given([MOST, 1, 1, 1]);
    await expect(readBody(silent.request)).rejects.toMatchObject({ code: 'request-too-large' });
    expect(silent.read()).toBe(2);
  });

  it('means nothing where it is blank, and is JSON otherwise', () => {
    expect([parseJsonBody(' \n'), parseJsonBody('{"a":1}')]).toEqual([{}, { a: 1 }]);
    expect(() => parseJsonBody('{')).toThrow('the body is not JSON');
  });
});
