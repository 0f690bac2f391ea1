import { describe, expect, it } from 'vitest';
import {
  BlobmirrorError,
  ERRORS,
  type ErrorCode,
  gravestError,
  toBlobmirrorError,
} from '../../src/model/errors.ts';

it('every error says what to do, in a sentence', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const error = new BlobmirrorError(code, 'it went wrong');
    expect(error.hint, code).toMatch(/^[A-Z].*\.$/);
    expect(['retry', 'park', 'ignore', 'fatal']).toContain(error.disposition);
  }
});

it('what was thrown by a stranger is a defect until proven otherwise, and keeps its cause', () => {
  const cause = new TypeError('x is undefined');
  expect(toBlobmirrorError(cause)).toMatchObject({ code: 'unexpected', message: 'x is undefined', cause });
  expect(toBlobmirrorError('just text').message).toBe('just text');
});

describe('the gravest of several errors', () => {
  it('may pass by itself before it stays, and is to be ignored last', () => {
    const ignored = new BlobmirrorError('blob-needs-customer-key', 'i');
    const parked = new BlobmirrorError('storage-rejected', 'p');
    const passing = new BlobmirrorError('storage-unavailable', 'r');
    expect(gravestError([ignored, parked, passing])).toBe(passing);
    expect(gravestError([ignored, parked])).toBe(parked);
    expect(gravestError([])).toBeUndefined();
  });
});
