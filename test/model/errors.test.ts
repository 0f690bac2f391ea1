import { describe, expect, it } from 'vitest';
import {
  BlobmirrorError,
  type Disposition,
  ERRORS,
  type ErrorCode,
  gravestError,
  isLasting,
  isOutage,
  toBlobmirrorError,
} from '../../src/model/errors.ts';

/** What becomes of a message that meets each code, written out. */
const EXPECTED: Readonly<Record<Disposition, string>> = {
  // Waiting helps, or a person mends what concerns all messages alike: none becomes a dead letter for it.
  retry: [
    'storage-unavailable storage-throttled storage-forbidden storage-not-ready answer-not-of-service',
    'service-version-refused listing-start-ignored absence-not-proven write-outcome-unknown race-lost',
    'content-damaged content-mismatch copy-failed blocks-in-the-way',
    'queue-unavailable queue-refused queue-full deliveries-exhausted message-expired',
    'account-kinds-differ accounts-swapped mirror-name-taken queue-taken document-too-new clock-off',
    'history-not-kept',
    'command-timed-out unexpected',
  ].join(' '),
  park: [
    'storage-rejected copy-not-possible source-too-large container-not-mappable name-not-addressable',
    'message-too-large message-out-of-bounds message-not-event message-not-shard event-key-invalid',
    'dead-lettered-elsewhere document-damaged',
  ].join(' '),
  ignore: 'blob-needs-customer-key event-type-unknown event-of-other-account event-out-of-scope',
  fatal: [
    'request-invalid request-too-large action-not-allowed',
    'run-not-found run-in-progress run-has-ended letter-not-found',
    'setting-missing setting-invalid setting-unknown port-taken worker-ended',
    'local-not-running local-not-installed ready-file-damaged ready-file-taken',
  ].join(' '),
};

it.each(Object.entries(EXPECTED))(
  'a message is to %s, for these errors and no others',
  (disposition, codes) => {
    const found = (Object.keys(ERRORS) as ErrorCode[]).filter(
      (code) => new BlobmirrorError(code, 'it went wrong').disposition === disposition,
    );
    expect(found.toSorted()).toEqual(codes.split(' ').toSorted());
  },
);

it('only what an account as a whole does slows the requests to it down', () => {
  expect(Object.keys(ERRORS).filter(isOutage).toSorted()).toEqual([
    'answer-not-of-service',
    'service-version-refused',
    'storage-throttled',
    'storage-unavailable',
    'write-outcome-unknown',
  ]);
});

it('only a defect and content that does not match are tried a few times', () => {
  expect(Object.keys(ERRORS).filter(isLasting).toSorted()).toEqual(['content-mismatch', 'unexpected']);
});

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
