import { describe, expect, it } from 'vitest';
import { readRequestRates } from '../../src/config/copy-settings.ts';

describe('the caps on requests per second', () => {
  it('are off when nothing is set', () => {
    expect(readRequestRates({})).toEqual({ source: undefined, backup: undefined });
  });

  it('are one for both accounts, or one of its own for either', () => {
    const BLOBMIRROR_MAX_REQUESTS_PER_SECOND = '500';
    expect(readRequestRates({ BLOBMIRROR_MAX_REQUESTS_PER_SECOND })).toEqual({ source: 500, backup: 500 });
    expect(
      readRequestRates({
        BLOBMIRROR_MAX_REQUESTS_PER_SECOND,
        BLOBMIRROR_MAX_REQUESTS_PER_SECOND_SOURCE: '20',
      }),
    ).toEqual({ source: 20, backup: 500 });
  });

  it.each(['0', '-1', 'many', 'Infinity'])('are refused when they say %j', (rate) => {
    expect(() => readRequestRates({ BLOBMIRROR_MAX_REQUESTS_PER_SECOND_BACKUP: rate })).toThrow(
      'BLOBMIRROR_MAX_REQUESTS_PER_SECOND_BACKUP is',
    );
  });
});
