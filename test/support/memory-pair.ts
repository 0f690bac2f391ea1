import { type MemoryAccount, type Schedule, createMemoryAccount } from '../memory/memory-account.ts';
import { converge } from '../../src/mirror/converge.ts';
import type { Key } from '../../src/model/key.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import type { Policy } from '../../src/mirror/policy.ts';
import { KEY } from './keys.ts';

/** Everything is mirrored. */
export const POLICY: Policy = {
  deletes: 'mirror',
  foreign: 'keep',
  declaredMd5: 'ignore',
  tier: 'same',
  tags: 'mirror',
  acl: 'mirror',
};

/** Runs before the effect of the given call; it may throw to fail the call. */
export type Before = (call: string) => void | Promise<void>;

export interface MemoryPair {
  readonly source: MemoryAccount;
  readonly backup: MemoryAccount;
  /** All calls so far, for counting: `sourceaccount.read`. */
  readonly calls: string[];
  /** Mirrors the key as another worker would: its calls are neither counted nor disturbed. */
  otherWorker(key?: Key): Promise<Verdict>;
  readonly converge: (key?: Key) => Promise<Verdict>;
}

/** A source and a backup with the container of `KEY` on both. `before` chooses what happens between the steps of the worker under test. */
export function createMemoryPair(before: Before = () => {}, policy: Policy = POLICY): MemoryPair {
  const calls: string[] = [];
  let disturbed = false;
  const schedule: Schedule = async (call, _key, effect) => {
    calls.push(call);
    if (disturbed) {
      // One disturbance at a time: its own calls are not disturbed.
      disturbed = false;
      await before(call);
      disturbed = true;
    }
    return effect();
  };
  const source = createMemoryAccount('sourceaccount', schedule);
  const backup = createMemoryAccount('backupaccount', schedule, source);
  source.addContainer(KEY.container);
  backup.addContainer(KEY.container);
  return {
    source,
    backup,
    calls,
    otherWorker: async (key = KEY) => {
      const counted = calls.length;
      const verdict = await converge({ source, backup, policy }, key);
      calls.length = counted;
      return verdict;
    },
    converge: async (key = KEY) => {
      disturbed = true;
      try {
        return await converge({ source, backup, policy }, key);
      } finally {
        disturbed = false;
      }
    },
  };
}

/** Does something once, before the nth call of that name. */
export function once(call: string, act: () => unknown, nth = 1): Before {
  let seen = 0;
  return async (now) => {
    if (now === call && ++seen === nth) await act();
  };
}
