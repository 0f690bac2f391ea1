import { expect, it } from 'vitest';
import type { converge } from '../../src/mirror/converge.ts';
import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
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
