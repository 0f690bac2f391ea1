import { expect, it } from 'vitest';
import { bytes } from '../../src/model/bytes.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1536, '1.5 kB'],
  [9949, '9.9 kB'],
  [9950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [5e15, '5.0 PB'],
  [5e21, '5000 EB'],
])('%i bytes are told as %s', (size, text) => {
  expect(bytes(size)).toBe(text);
});
