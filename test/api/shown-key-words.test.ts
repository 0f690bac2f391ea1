import { describe, expect, it } from 'vitest';
import { elsewhereRows, sideRows } from '../../src/api/shown-key-words.ts';
import type { ShownKey } from '../../src/api/shown-key.ts';

const UNKNOWN = { isUnknown: true, code: 'storage-unavailable', detail: 'it did not answer' } as const;
const run = { id: 'r', startedAt: '2026-11-25T12:00:00.000Z', endedAt: '', state: 'done', alerts: [] };

/** What is told of a key of which nothing was found: in all that was read, or in what was read of more. */
function rows(isComplete: boolean): Record<string, string> {
  const shown = {
    at: '2026-11-25T13:00:00.000Z',
    waiting: { count: 0, messages: [], read: 7, isComplete },
    deadLetters: { count: 0, letters: [], isComplete },
    unprotected: { keys: [], isComplete },
    lastFullSync: { run, lines: [], isComplete },
  } as unknown as ShownKey;
  return Object.fromEntries(elsewhereRows(shown));
}

describe('a key of which nothing was found', () => {
  it('is told so where all was read', () => {
    expect(rows(true)).toEqual({
      waiting: '0 messages',
      'dead letters': '0',
      unprotected: 'not on record',
      'last full sync': expect.stringContaining('so it was in step then, or did not exist') as string,
    });
  });

  it('may be found in what was not read', () => {
    expect(rows(false)).toEqual({
      waiting: 'at least 0 messages: only the first 7 of the queue were looked at',
      'dead letters': 'at least 0: not all were looked at',
      unprotected: 'not named on record, which does not name all',
      'last full sync': expect.stringContaining('not in the part of its report that was looked at') as string,
    });
  });
});

it('what could not be read is unknown, and neither absent nor empty', () => {
  const shown = {
    at: '2026-11-25T13:00:00.000Z',
    source: { account: 'photos', ...UNKNOWN },
    backup: { account: 'photosbackup', state: 'absent', container: 'exists' },
    waiting: UNKNOWN,
    deadLetters: UNKNOWN,
    unprotected: UNKNOWN,
    lastFullSync: UNKNOWN,
  } as unknown as ShownKey;
  const unknown = '(unknown) storage-unavailable: it did not answer';
  expect(sideRows(shown)).toEqual([['', unknown, 'absent']]);
  expect(elsewhereRows(shown).map(([, text]) => text)).toEqual([unknown, unknown, unknown, unknown]);
});
