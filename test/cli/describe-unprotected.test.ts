import { expect, it } from 'vitest';
import type { UnprotectedKey, UnprotectedPage } from '../../src/api/unprotected.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { describeUnprotected, exitOf } from '../../src/cli/run-unprotected.ts';

const KEY: UnprotectedKey = {
  container: 'photos',
  path: 'a',
  reason: 'backup-leased',
  hint: 'Break the lease.',
  since: null,
  lastTry: null,
  namedBy: 'record',
};
const NOTHING: UnprotectedPage = {
  keys: [],
  next: null,
  byReason: {},
  more: [],
  isComplete: true,
  unknown: [],
};
const MORE = [{ container: '', reason: 'message-not-event', count: 2, isExact: false }];

it.each<[Partial<UnprotectedPage>, last: string, status: number]>([
  [{}, 'everything that was seen is in the backup', EXIT.done],
  [{ keys: [KEY] }, '1 key not protected', EXIT.different],
  [
    { keys: [KEY], more: MORE, isComplete: false },
    'at least 1 key not protected, and more that are not named',
    EXIT.different,
  ],
  [
    { isComplete: false, unknown: ['waiting'] },
    'no such key was found, but not everything could be read',
    EXIT.incomplete,
  ],
  [{ keys: [KEY], isComplete: false }, 'at least 1 key not protected', EXIT.incomplete],
  [
    { keys: [KEY], isComplete: false, unknown: ['dead-letters'] },
    'at least 1 key not protected',
    EXIT.incomplete,
  ],
])('the last line and the exit status say whether all keys are known: %j', (found, last, status) => {
  const page = { ...NOTHING, ...found };
  const text = describeUnprotected(page, {});
  expect(text.trimEnd().split('\n').at(-1)).toBe(last);
  expect(exitOf(page)).toBe(status);
});
