import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf } from '../../src/cli/exit-codes.ts';
import { BlobmirrorError, ERRORS, type ErrorCode } from '../../src/model/errors.ts';

/** Scripts rely on these numbers: docs/command-line.md. */
it('each end of a command has its own exit status', () => {
  expect(EXIT).toEqual({
    done: 0,
    failed: 1,
    usage: 2,
    different: 3,
    incomplete: 4,
    busy: 5,
    unwell: 6,
    nothing: 7,
    interrupted: 130,
  });
});

/** Exit status 2 says that nothing was done, and that a repetition does not help. All other errors are 1. */
const WRONG_USAGE = [
  'request-invalid request-too-large action-not-allowed',
  'run-not-found run-has-ended letter-not-found',
  'setting-missing setting-invalid setting-unknown port-taken worker-ended',
  'local-not-running local-not-installed ready-file-damaged ready-file-taken',
  'accounts-swapped mirror-name-taken queue-taken document-too-new',
]
  .join(' ')
  .split(' ');

describe('the exit status of a command that an error ends', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])('says whether its use was wrong: %s', (code) => {
    const expected = code === 'run-in-progress' ? 5 : WRONG_USAGE.includes(code) ? 2 : 1;
    expect(exitCodeOf(new BlobmirrorError(code, 'it went wrong'))).toBe(expected);
  });

  it.each([
    'storage-unavailable',
    'storage-throttled',
    'storage-forbidden',
    'queue-unavailable',
    'command-timed-out',
  ] as const)('is that of a failure where something is out of reach: %s', (code) => {
    expect(exitCodeOf(new BlobmirrorError(code, 'it did not answer'))).toBe(1);
  });

  it('is that of a failure for a defect', () => {
    expect(exitCodeOf(new TypeError('x is undefined'))).toBe(1);
  });
});
