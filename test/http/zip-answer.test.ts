import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { gzipAnswer } from '../../src/http/answer.ts';

const value = { samples: Array.from({ length: 1440 }, (_, index) => ({ at: index, liveAgeMs: index % 7 })) };

it('whoever takes gzip gets the same in a tenth of the bytes', async () => {
  const plain = await gzipAnswer(value, { headers: new Headers() });
  const zipped = await gzipAnswer(value, { headers: new Headers({ 'accept-encoding': 'gzip, br' }) });
  expect(plain.headers).toEqual({ 'content-type': 'application/json', vary: 'accept-encoding' });
  expect(JSON.parse(String(plain.body))).toEqual(value);
  expect(zipped.headers).toEqual({ ...plain.headers, 'content-encoding': 'gzip' });
  expect(gunzipSync(zipped.body as Uint8Array).toString()).toBe(plain.body);
  expect(zipped.body.length).toBeLessThan(plain.body.length / 5);
});
