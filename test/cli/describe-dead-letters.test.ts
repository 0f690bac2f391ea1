import { expect, it } from 'vitest';
import type { DeadLetterSummary } from '../../src/api/dead-letter.ts';
import { describeDeadLetters } from '../../src/cli/describe-dead-letters.ts';

const NONE: DeadLetterSummary = {
  count: 0,
  isComplete: true,
  acknowledged: 0,
  byCode: {},
  byContainer: {},
  oldest: null,
  acknowledgedUntil: null,
};

it('tells no dead letters from an unknown number of them', () => {
  expect(describeDeadLetters({ summary: NONE, letters: [] }, {})).toBe('no dead letters\n');
  const unread = { ...NONE, isComplete: false };
  expect(describeDeadLetters({ summary: unread, letters: [] }, {})).toContain('dead letters: (unknown)');
});
