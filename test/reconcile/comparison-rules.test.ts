import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/mirror/policy.ts';
import { comesBefore, comesBeforeInTree } from '../../src/model/listing-order.ts';
import { toComparison, toDetails } from '../../src/reconcile/nominate.ts';
import { FLAT } from '../support/flat.ts';

const accounts = (hierarchical: boolean, changes: Partial<Policy>) =>
  ({ ...FLAT, hierarchical, policy: { ...FLAT.policy, ...changes } }) as Parameters<typeof toDetails>[0];

describe('the listings that a full sync compares', () => {
  it.each<[boolean, Partial<Policy>, ReturnType<typeof toDetails>]>([
    [true, { acl: 'mirror', tags: 'off' }, { access: true, tags: false }],
    [true, { acl: 'off', tags: 'mirror' }, { access: false, tags: false }],
    [false, { acl: 'mirror', tags: 'mirror' }, { access: false, tags: true }],
    [false, { acl: 'off', tags: 'off' }, { access: false, tags: false }],
  ])('have, hierarchical: %s, by the policy %o, %o', (hierarchical, changes, details) => {
    expect(toDetails(accounts(hierarchical, changes))).toEqual(details);
  });

  // Bytes show neither the tier that the settings ask for nor the tags.
  it.each<[boolean, Partial<Policy>, object | undefined]>([
    [false, { tier: 'same', tags: 'off', acl: 'mirror' }, { access: false }],
    [true, { tier: 'same', tags: 'off', acl: 'mirror' }, { access: true }],
    [true, { tier: 'same', tags: 'off', acl: 'off' }, { access: false }],
    [false, { tier: 'same', tags: 'mirror' }, undefined],
    [false, { tier: 'Cool', tags: 'off' }, undefined],
    [false, { tier: 'none', tags: 'off' }, undefined],
  ])('are compared by bytes, hierarchical: %s, by the policy %o: %o', (hierarchical, changes, expected) => {
    expect(toComparison(accounts(hierarchical, changes)).byBytes).toEqual(expected);
  });

  it('are in the order of their accounts', () => {
    expect(toComparison(accounts(true, {})).isBefore).toBe(comesBeforeInTree);
    expect(toComparison(accounts(false, {})).isBefore).toBe(comesBefore);
  });
});
