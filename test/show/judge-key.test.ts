import { describe, expect, it } from 'vitest';
import { judgeKey, toKeyDecision } from '../../src/show/judge-key.ts';
import { readSide, toShownSide } from '../../src/show/read-side.ts';
import type { KeyComparison } from '../../src/verify/compare-key.ts';
import { createMemoryAccount, createMemoryInspector } from '../memory/memory-account.ts';
import { KEY } from '../support/keys.ts';

const differs = { kind: 'differs', differences: [{ difference: 'metadata', name: 'a' }] } as const;

describe('the judgement of a key', () => {
  it.each([
    ['equal, with its content', { kind: 'equal', contentProven: true }, 'in-step', /^nothing differs$/],
    [
      'equal, as far as it was compared',
      { kind: 'equal', contentProven: false },
      'in-step',
      /content was not compared/,
    ],
    ['being copied', { kind: 'moving' }, 'differs', /under way/],
    ['kept by the settings', { kind: 'kept' }, 'in-step', /the settings keep it/],
    ['a replica', { kind: 'replica' }, 'not-mirrored', /from the backup account/],
    ['different', differs, 'differs', /^metadata "a"; a check changes nothing/],
  ] as const)('that is %s', (_, comparison, state, detail) => {
    const judged = judgeKey({
      container: 'photos',
      isAbsent: false,
      decision: { action: 'nothing' },
      comparison: comparison as unknown as KeyComparison,
    });
    expect(judged.state).toBe(state);
    expect(judged.detail).toMatch(detail);
  });
});

it('a decision to leave a key is shown with its reason', () => {
  expect(toKeyDecision({ action: 'skip', reason: 'backup-leased' })).toEqual({
    action: 'skip',
    reason: 'backup-leased',
  });
});

describe('one side of a key', () => {
  it('comes with its tags where they are mirrored and there are any, and is asked for none otherwise', async () => {
    const account = createMemoryAccount('photos');
    account.addContainer(KEY.container);
    account.put(KEY, { content: 'cat' });
    let asked = 0;
    const inspector = createMemoryInspector(account);
    const counting = {
      read: async (key: typeof KEY) => await inspector.read(key),
      readTags: async (key: typeof KEY) => {
        asked++;
        return await inspector.readTags(key);
      },
    };
    expect((await readSide(counting, KEY, true)).view?.tags).toEqual({});
    expect(asked).toBe(0);
    account.put(KEY, { content: 'cat', tags: { a: 'b' } });
    expect((await readSide(counting, KEY, false)).view?.tags).toEqual({});
    expect(asked).toBe(0);
    expect((await readSide(counting, KEY, true)).view?.tags).toEqual({ a: 'b' });
    expect(asked).toBe(1);
  });

  it('says whether its tier was set or is the one of the account', async () => {
    const account = createMemoryAccount('photos');
    account.addContainer(KEY.container);
    account.put(KEY, { content: 'cat' });
    const { reading } = await readSide(createMemoryInspector(account), KEY, false);
    if (!reading.present) throw new Error('it is not there');
    expect(toShownSide({ ...reading, tier: 'Cool' } as typeof reading)).toMatchObject({ tier: 'Cool' });
    expect(toShownSide({ ...reading, tier: 'Cool' } as typeof reading)).not.toHaveProperty('isTierInferred');
    expect(toShownSide({ ...reading, inferredTier: 'Hot' } as typeof reading)).toMatchObject({
      tier: 'Hot',
      isTierInferred: true,
    });
  });
});
