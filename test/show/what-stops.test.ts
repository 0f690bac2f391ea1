import { describe, expect, it } from 'vitest';
import type { UnprotectedKey } from '../../src/api/unprotected.ts';
import { type Mentions, findStop, withNextStep } from '../../src/show/what-stops.ts';
import { KEY } from '../support/keys.ts';

const UNKNOWN = { isUnknown: true, code: 'storage-unavailable', detail: 'it did not answer' } as const;
const NOTHING: Mentions = {
  waiting: { count: 0, messages: [], read: 0, isComplete: true },
  deadLetters: { count: 0, letters: [], isComplete: true },
  lastFullSync: { run: null, lines: [], isComplete: true },
  unprotected: { keys: [], isComplete: true },
};
const recorded = (path: string, reason: string): UnprotectedKey => ({
  container: KEY.container,
  path,
  reason,
  hint: '',
  since: null,
  lastTry: null,
  namedBy: 'record',
});

describe('what stopped the last check of a key', () => {
  it('is the record of the key itself before that of what it is in', () => {
    const keys = [recorded('', 'container-not-mappable'), recorded(KEY.path, 'backup-leased')];
    for (const each of [keys, keys.toReversed()])
      expect(findStop({ ...NOTHING, unprotected: { keys: each, isComplete: true } })).toEqual({
        reason: 'backup-leased',
        namedBy: 'record',
        isOfCheck: true,
      });
  });

  it('is nothing that the settings want', () => {
    const lines = [{ ...KEY, verdict: 'skipped', reason: 'deletes-are-kept' } as const];
    expect(findStop({ ...NOTHING, lastFullSync: { run: null, lines, isComplete: true } })).toBeUndefined();
  });
});

describe('the next step of a key that differs', () => {
  const hint = (changes: Partial<Mentions>) =>
    withNextStep({ state: 'differs', detail: 'size' }, KEY, { ...NOTHING, ...changes }, undefined).hint;

  it('is a full sync only where it is known that nothing waits for it', () => {
    expect(hint({})).toContain('Nothing waits for it. A full sync repairs it');
    expect(hint({ waiting: UNKNOWN })).toBeUndefined();
    expect(hint({ waiting: { count: 0, messages: [], read: 9, isComplete: false } })).toBeUndefined();
  });

  it.each(['deadLetters', 'lastFullSync', 'unprotected'] as const)(
    'promises no repair where the answer of %s is unknown',
    (what) => {
      expect(hint({ [what]: UNKNOWN })).toContain('A full sync tries it');
    },
  );
});
