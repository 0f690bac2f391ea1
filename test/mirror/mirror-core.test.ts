import { describe, expect, it } from 'vitest';
import type { converge } from '../../src/mirror/converge.ts';
import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { keyText } from '../../src/model/key.ts';
import { KEY } from '../support/keys.ts';
import { createMemoryPair, POLICY } from '../support/memory-pair.ts';

it('does not coalesce a check that may delete foreign blobs with one that may not', async () => {
  const { source, backup } = createMemoryPair();
  const looks: (true | undefined)[] = [];
  const heed: typeof converge = async (_pair, _key, look) => {
    looks.push(look?.deleteForeign);
    await Promise.resolve();
    return { verdict: 'in-sync' };
  };
  const functions = {
    converge: heed,
    followRename: async () => await Promise.resolve('not renamed' as const),
  };
  const core = createMirrorCore({ source, backup, policy: POLICY }, { hierarchical: false, functions });
  const leave = { deleteForeign: true } as const;
  await Promise.all([
    core.converge(KEY),
    core.converge(KEY, undefined, leave),
    core.converge(KEY),
    core.converge(KEY, undefined, leave),
    core.converge(KEY),
  ]);
  // Two flights of each: what comes during the first shares the second.
  expect(looks.filter((each) => each === true)).toHaveLength(2);
  expect(looks.filter((each) => each === undefined)).toHaveLength(2);
});

describe('a key on record as not protected', () => {
  async function check(verdict: Verdict, before: object | undefined, meanwhile?: object) {
    const { source, backup } = createMemoryPair();
    const named = new Map<string, { mark: string; below?: true }>();
    const record = (key: object | undefined): void => {
      if (key !== undefined) named.set(keyText(KEY), key as { mark: string });
    };
    record(before);
    const cleared: string[] = [];
    const functions = {
      converge: async () => {
        await Promise.resolve();
        record(meanwhile);
        return verdict;
      },
      followRename: async () => await Promise.resolve('not renamed' as const),
    };
    const unprotected = {
      named,
      clear: (name: string, mark: string) => void cleared.push(`${name} ${mark}`),
    };
    const core = createMirrorCore(
      { source, backup, policy: POLICY },
      { hierarchical: false, functions, unprotected },
    );
    await core.converge(KEY);
    return cleared;
  }
  const IN_STEP: Verdict = { verdict: 'in-sync' };

  it('is cleared by a check that finds it in step', async () => {
    expect(await check(IN_STEP, { mark: '1' })).toEqual([`${keyText(KEY)} 1`]);
  });

  it('is not cleared by a check that does not', async () => {
    expect(await check({ verdict: 'skipped', reason: 'backup-leased' }, { mark: '1' })).toEqual([]);
    expect(await check({ verdict: 'unfinished', engine: 'memory' }, { mark: '1' })).toEqual([]);
  });

  it('is not cleared by a check that began before it was recorded', async () => {
    expect(await check(IN_STEP, undefined, { mark: '2' })).toEqual([]);
    // The mark of the older finding clears no newer one.
    expect(await check(IN_STEP, { mark: '1' }, { mark: '2' })).toEqual([`${keyText(KEY)} 1`]);
  });

  it('is not cleared, by a check of the key alone, with all that is below it', async () => {
    expect(await check(IN_STEP, { mark: '1', below: true })).toEqual([]);
  });
});
