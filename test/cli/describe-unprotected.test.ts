import { expect, it } from 'vitest';
import type { UnprotectedKey, UnprotectedPage } from '../../src/api/unprotected.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { describeAcknowledged, describeUnprotected, exitOf } from '../../src/cli/run-unprotected.ts';

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
  waiting: 0,
};
const MORE = [{ container: '', reason: 'backup-leased', count: 2, isExact: false }];

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
    'no unprotected key was found, but there may be some: not everything could be read',
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

it('says what was acknowledged: keys, dead letters without a key, or both', () => {
  expect(describeAcknowledged({ acknowledged: 1, deadLetters: 0 })).toBe('1 key acknowledged\n');
  expect(describeAcknowledged({ acknowledged: 0, deadLetters: 2 })).toBe(
    '2 purged dead letters without a key acknowledged\n',
  );
  expect(describeAcknowledged({ acknowledged: 3, deadLetters: 1 })).toBe(
    '3 keys and 1 purged dead letter without a key acknowledged\n',
  );
  expect(describeAcknowledged({ acknowledged: 0, deadLetters: 0 })).toBe('0 keys acknowledged\n');
});

it.each<[Partial<UnprotectedPage>, Parameters<typeof describeUnprotected>[1], text: string]>([
  [
    {},
    { reason: 'backup-leased', container: 'photos' },
    'no unprotected key with the reason backup-leased in container photos\n',
  ],
  [{}, { prefix: '2026/' }, 'no unprotected key below 2026/\n'],
  [{ waiting: 4 }, {}, 'no key is left out; 4 changes wait in the queue and are not judged yet\n'],
  [
    { waiting: 1 },
    { container: 'docs' },
    'no unprotected key in container docs; 1 change waits in the queue and is not judged yet\n',
  ],
  [{ waiting: null }, {}, 'no key is left out; how many changes wait in the queue is not known\n'],
  [
    { isComplete: false, unknown: ['record'] },
    {},
    'not known: the record of keys could not be read, or was lost: a complete full sync begins it anew\n' +
      'no unprotected key was found, but there may be some: not everything could be read\n',
  ],
])('an empty list says no more than was asked and read: %j %j', (found, options, text) => {
  expect(describeUnprotected({ ...NOTHING, ...found }, options)).toBe(text);
});

it('a list that is not empty says what was not read, and what waits', () => {
  const page = { ...NOTHING, keys: [KEY], isComplete: false, unknown: ['dead-letters'], waiting: 2 };
  expect(describeUnprotected(page, {})).toMatch(
    /not known: the dead letters could not .+\nat least 1 key not protected; 2 changes wait in the queue and are not judged yet\n$/,
  );
});

it('tells dead letters without a key apart from keys that are not named', () => {
  const letters = { container: '', reason: 'message-not-event', count: 2, isExact: false };
  const page = { ...NOTHING, keys: [KEY], byReason: { 'backup-leased': 1 }, more: [letters] };
  const text = describeUnprotected(page, {});
  expect(text).toMatch(/message-not-event +dead letters without a key +2/);
  expect(text.trimEnd().split('\n').at(-1)).toBe('1 key not protected, and 2 dead letters without a key');
});
