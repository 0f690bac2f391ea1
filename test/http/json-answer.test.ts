import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { jsonAnswer } from '../../src/http/answer.ts';

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
