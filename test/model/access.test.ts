import { describe, expect, it } from 'vitest';
import { type Access, isSameAccess, toAccess } from '../../src/model/access.ts';

const ACCESS: Access = {
  owner: 'anna',
  group: 'analysts',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,user:bob:r-x,group::r-x,mask::r-x,other::---',
};

describe('the access of two paths', () => {
  it.each(Object.keys(ACCESS))('differs where only its %s differs', (member) => {
    expect(isSameAccess(ACCESS, { ...ACCESS, [member]: 'another' })).toBe(false);
  });

  it('is the same whatever the order of its list, and where one side is not known', () => {
    const acl = ACCESS.acl.split(',').toReversed().join(',');
    expect(isSameAccess(ACCESS, { ...ACCESS, acl })).toBe(true);
    expect(isSameAccess(ACCESS, undefined)).toBe(true);
    expect(isSameAccess(undefined, ACCESS)).toBe(true);
  });

  it('is known only with all its members, and the mark of a list is none of the permissions', () => {
    const { owner, group, acl } = ACCESS;
    expect(toAccess(owner, group, 'rwxr-x---+', acl)).toEqual(ACCESS);
    for (const left of [0, 1, 2, 3]) {
      const told = [owner, group, 'rwxr-x---', acl].map((each, i) => (i === left ? undefined : each));
      expect(toAccess(told[0], told[1], told[2], told[3])).toBeUndefined();
    }
  });
});
