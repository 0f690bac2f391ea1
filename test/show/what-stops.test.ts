import { describe, expect, it } from 'vitest';
import type { UnprotectedKey } from '../../src/api/unprotected.ts';
import { judgeKey, toKeyDecision } from '../../src/show/judge-key.ts';
import { readSide, toShownSide } from '../../src/show/read-side.ts';
import { type Mentions, findStop, withNextStep } from '../../src/show/what-stops.ts';
import { createMemoryAccount, createMemoryInspector } from '../memory/memory-account.ts';
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

it('a key whose content was not compared says so', () => {
  const evidence = { container: 'photos', isAbsent: false, decision: { action: 'nothing' } } as const;
  const detail = (contentProven: boolean) =>
    judgeKey({ ...evidence, comparison: { kind: 'equal', contentProven } }).detail;
  expect(detail(true)).toBe('nothing differs');
  expect(detail(false)).toContain('the content was not compared');
  expect(toKeyDecision({ action: 'skip', reason: 'backup-leased' })).toEqual({
    action: 'skip',
    reason: 'backup-leased',
  });
});

it('a side says whether its tier is its own, and is read with its tags where they are compared', async () => {
  const account = createMemoryAccount('sourceaccount');
  account.addContainer(KEY.container);
  account.put(KEY, { content: 'x', tags: { colour: 'red' } });
  const inspector = createMemoryInspector(account);
  const { reading, view } = await readSide(inspector, KEY, true);
  expect(view?.tags).toEqual({ colour: 'red' });
  expect((await readSide(inspector, KEY, false)).view?.tags).toEqual({});
  expect(toShownSide({ ...reading, tier: 'Cool' } as typeof reading)).toMatchObject({ tier: 'Cool' });
  expect(toShownSide({ ...reading, tier: 'Cool' } as typeof reading)).not.toHaveProperty('isTierInferred');
  const { tier: _, ...untold } = reading as typeof reading & { tier?: string };
  expect(toShownSide({ ...untold, inferredTier: 'Hot' } as typeof reading)).toMatchObject({
    tier: 'Hot',
    isTierInferred: true,
  });
});
