import type { Policy } from '../../src/mirror/policy.ts';

const POLICY: Policy = {
  deletes: 'mirror',
  foreign: 'keep',
  declaredMd5: 'ignore',
  tier: 'same',
  tags: 'off',
  acl: 'off',
};

/** The arguments of a walk of two flat accounts. */
export const FLAT = { hierarchical: false, policy: POLICY } as const;
