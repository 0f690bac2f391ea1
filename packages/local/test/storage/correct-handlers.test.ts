import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { commonUtils, dispatching } from '../../src/azurite/azurite.ts';
import { speedUpRequests } from '../../src/storage/correct-handlers.ts';

/** The paths of operations, and two that match none. */
const TEMPLATES = ['/', '/{containerName}', '/{containerName}/{blob}', '/{a}/{b}/{c}', '/{containerName}/x'];

it('a path matches the same templates as without the cache', () => {
  const { isURITemplateMatch: before } = dispatching;
  speedUpRequests();
  const { isURITemplateMatch: after } = dispatching;
  expect(after).not.toBe(before);
  const segment = fc.oneof(fc.constantFrom('', '$root', '$logs', 'docs', '%2F', '{blob}'), fc.string());
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 4 }), fc.constantFrom(...TEMPLATES), (segments, template) => {
      const path = `/${segments.map((each) => encodeURIComponent(each)).join('/')}`;
      expect(after(path, template)).toBe(before(path, template));
      expect(after(path, template)).toBe(before(path, template));
    }),
  );
});

it('a text is signed with the given key, whichever was used before', () => {
  speedUpRequests();
  const keys = Array.from({ length: 3 }, () => randomBytes(64));
  for (const key of [...keys, ...keys]) {
    const expected = createHmac('sha256', key).update('GET é').digest('base64');
    expect(commonUtils.computeHMACSHA256('GET é', key)).toBe(expected);
  }
});
