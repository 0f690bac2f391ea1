import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { answer, jsonAnswer, linesAnswer } from '../../src/http/answer.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const value = { samples: Array.from({ length: 1440 }, (_, index) => ({ at: index, liveAgeMs: index % 7 })) };

it('a client that accepts gzip gets the same JSON in a fifth of the bytes', async () => {
  const plain = await jsonAnswer(value, { headers: new Headers() });
  const zipped = await jsonAnswer(value, { headers: new Headers({ 'accept-encoding': 'gzip, br' }) });
  expect(plain.headers).toEqual({ 'content-type': 'application/json', vary: 'accept-encoding' });
  expect(JSON.parse(String(plain.body))).toEqual(value);
  expect(zipped.headers).toEqual({ ...plain.headers, 'content-encoding': 'gzip' });
  expect(gunzipSync(zipped.body as Uint8Array).toString()).toBe(plain.body);
  expect(zipped.body.length).toBeLessThan(plain.body.length / 5);
});

it('every answer holds unsafe characters of names as escapes, and parses to the names', async () => {
  const named = { path: 'photos/\u202Egpj.exe' };
  const log = createSilentLogger();
  const { body, headers } = await answer(
    log,
    async () => await Promise.resolve({ status: 200, jsonBody: named }),
  );
  const shown = await jsonAnswer(named, { headers: new Headers() });
  const lines = linesAnswer({ lines: [JSON.stringify(named)], next: null }, {});
  expect(headers).toMatchObject({ 'content-type': 'application/json' });
  for (const text of [body as string, shown.body as string, lines.body as string]) {
    expect(text.trimEnd()).toBe(String.raw`{"path":"photos/\u202egpj.exe"}`);
    expect(JSON.parse(text)).toEqual(named);
  }
});
