import { expect, it } from 'vitest';
import { isSameHeaders } from '../../src/model/content-headers.ts';
import type { ContentHeaders } from '../../src/model/reading.ts';

const OCTETS = 'application/octet-stream';

it.each<[ContentHeaders, ContentHeaders, boolean]>([
  [{}, {}, true],
  [{}, { contentType: OCTETS }, true],
  [{ contentType: OCTETS, cacheControl: 'no-store' }, { cacheControl: 'no-store' }, true],
  [{}, { contentType: 'text/plain' }, false],
  [{}, { contentEncoding: 'gzip' }, false],
  [{ contentType: OCTETS }, { contentType: OCTETS, contentLanguage: 'de' }, false],
])('%o and %o are the same: %s', (one, other, same) => {
  expect(isSameHeaders(one, other)).toBe(same);
  expect(isSameHeaders(other, one)).toBe(same);
});
