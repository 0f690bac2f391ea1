import { describe, expect, it } from 'vitest';
import type { Access } from '../../src/model/access.ts';
import { compareAccess } from '../../src/verify/compare-attributes.ts';

const ACCESS: Access = {
  owner: 'anna',
  group: 'staff',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,user:bob:r-x,group::r-x,mask::r-x,other::---',
};

const compare = (backup: Partial<Access>, source: Partial<Access> = {}) =>
  compareAccess({ ...ACCESS, ...source }, { ...ACCESS, ...backup });

describe('the access of two sides', () => {
  it('is not told to differ where one side does not tell its own', () => {
    expect(compareAccess(ACCESS, undefined)).toEqual([]);
    expect(compareAccess(undefined, ACCESS)).toEqual([]);
  });

  it('is the same in whatever order the lists are', () => {
    expect(compare({ acl: ACCESS.acl.split(',').toReversed().join(',') })).toEqual([]);
  });

  it('differs by the sticky bit, which is in no list', () => {
    expect(compare({ permissions: 'rwxr-x--T' })).toEqual([
      { difference: 'permissions', source: 'rwxr-x---', backup: 'rwxr-x--T' },
    ]);
  });

  it('is told once where the list says again what the permissions do', () => {
    const acl = 'user::rwx,user:bob:r-x,group::r-x,mask::rwx,other::r--';
    expect(compare({ permissions: 'rwxrwxr--', acl })).toEqual([
      { difference: 'permissions', source: 'rwxr-x---', backup: 'rwxrwxr--' },
    ]);
  });

  it('is told entry by entry', () => {
    const acl = `${ACCESS.acl},default:user:bob:rwx`;
    expect(compare({ acl }, { acl: ACCESS.acl.replace('bob:r-x', 'bert:r--') })).toEqual([
      { difference: 'acl', name: 'user:bert', source: 'r--' },
      { difference: 'acl', name: 'user:bob', backup: 'r-x' },
      { difference: 'acl', name: 'default:user:bob', backup: 'rwx' },
    ]);
  });
});
