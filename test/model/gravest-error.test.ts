import { expect, it } from 'vitest';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { gravestError } from '../../src/model/gravest-error.ts';

it('puts what may pass before what stays, and what is to be ignored last', () => {
  const ignored = new BlobmirrorError('blob-needs-customer-key', 'i');
  const parked = new BlobmirrorError('storage-rejected', 'p');
  const passing = new BlobmirrorError('storage-unavailable', 'r');
  expect(gravestError([ignored, parked, passing])).toBe(passing);
  expect(gravestError([ignored, parked])).toBe(parked);
  expect(gravestError([])).toBeUndefined();
});
