import { createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';

import { commonUtils } from '../../src/azurite/azurite.ts';
import { speedUpSignatures } from '../../src/storage/correct-handlers.ts';

it('a text is signed with the given key, whichever was used before', () => {
  speedUpSignatures();
  const keys = Array.from({ length: 3 }, () => randomBytes(64));
  for (const key of [...keys, ...keys]) {
    const expected = createHmac('sha256', key).update('GET é').digest('base64');
    expect(commonUtils.computeHMACSHA256('GET é', key)).toBe(expected);
  }
});
