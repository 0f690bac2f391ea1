import type {
  DataLakePathClient,
  PathAccessControlItem,
  RemovePathAccessControlItem,
} from '@azure/storage-file-datalake';
import { describe, expect, it } from 'vitest';

import { refusalOf, sasUrl } from '../support/two-accounts.ts';
import { startLake } from '../support/start-lake.ts';

/** `default:user:bob:r-x` and so on, in the SDK's form. */
function items(text: string): PathAccessControlItem[] {
  return text.split(',').map((part) => {
    const [, scope, kind, entityId = '', letters = ''] = /^(default:)?(\w+):(\w*):(...)$/.exec(part) ?? [];
    if (kind !== 'user' && kind !== 'group' && kind !== 'mask' && kind !== 'other') throw new Error(part);
    const permissions = {
      read: letters.startsWith('r'),
      write: letters[1] === 'w',
      execute: letters.endsWith('x'),
    };
    return { defaultScope: scope !== undefined, accessControlType: kind, entityId, permissions };
  });
}

/** The list of a path, in the wire format. */
async function aclOf(path: DataLakePathClient): Promise<string> {
  const { acl } = await path.getAccessControl();
  return acl
    .map(({ defaultScope, accessControlType, entityId, permissions: { read, write, execute } }) => {
      const letters = `${read ? 'r' : '-'}${write ? 'w' : '-'}${execute ? 'x' : '-'}`;
      return `${defaultScope ? 'default:' : ''}${accessControlType}:${entityId}:${letters}`;
    })
    .join(',');
}

const whole = 'user::rwx,group::r-x,other::---';

describe('access control', () => {
  it('of a new path is its permissions without the bits of the umask', async () => {
    const { files, source, write } = await startLake();
    await write('d/f');
    expect(await aclOf(files.getDirectoryClient('d'))).toBe('user::rwx,group::r-x,other::---');
    expect(await aclOf(files.getFileClient('d/f'))).toBe('user::rw-,group::r--,other::---');
    await source.getBlockBlobClient('blob').upload('x', 1);
    expect(await aclOf(files.getFileClient('blob'))).toBe('user::rw-,group::r--,other::---');
    const open = files.getDirectoryClient('open');
    await open.create({ permissions: '0777', umask: '0057', owner: 'ann', group: 'staff' });
    expect(await aclOf(open)).toBe('user::rwx,group::-w-,other::---');
    expect(await open.getAccessControl()).toMatchObject({ owner: 'ann', group: 'staff' });
    const inside = files.getFileClient('open/f');
    await inside.create({ permissions: 'rwxrwxrwx', umask: '0000' });
    expect(await aclOf(inside)).toBe('user::rwx,group::rwx,other::rwx');
    expect(await inside.getAccessControl()).toMatchObject({ owner: '$superuser', group: 'staff' });
    expect(await refusalOf(inside.create({ umask: '99' }))).toBe('400 InvalidHeaderValue');
  });

  it('of a new path comes from the default entries of its directory, if any', async () => {
    const { files, source } = await startLake();
    const parent = files.getDirectoryClient('p');
    await parent.create();
    const defaults =
      'default:user::rwx,default:user:bob:rwx,default:group::r-x,default:mask::rwx,default:other::--x';
    await parent.setAccessControl(items(`${whole},${defaults}`));
    await files.getFileClient('p/f').create();
    expect(await aclOf(files.getFileClient('p/f'))).toBe(
      'user::rw-,user:bob:rwx,group::r-x,mask::rw-,other::---',
    );
    await source.getBlockBlobClient('p/q/g').upload('x', 1);
    expect(await aclOf(files.getDirectoryClient('p/q'))).toBe(
      `user::rwx,user:bob:rwx,group::r-x,mask::rwx,other::--x,${defaults}`,
    );
    expect(await aclOf(files.getFileClient('p/q/g'))).toBe(
      'user::rw-,user:bob:rwx,group::r-x,mask::rw-,other::---',
    );
  });

  it('is set as a list or as permissions, under conditions, without a new ETag', async () => {
    const { files, write } = await startLake();
    await write('f');
    const file = files.getFileClient('f');
    const { etag = '' } = await file.getProperties();
    await file.setAccessControl(items(`${whole},user:bob:r--,group:dev:-w-`), {
      owner: 'ann',
      conditions: { ifMatch: etag },
    });
    expect(await aclOf(file)).toBe('user::rwx,user:bob:r--,group::r-x,group:dev:-w-,mask::rwx,other::---');
    const read = await file.getAccessControl();
    expect(read).toMatchObject({ owner: 'ann', group: '$superuser', etag });
    expect(read.permissions).toMatchObject({ extendedAcls: true, group: { write: true } });
    await file.setPermissions({
      owner: { read: true, write: false, execute: false },
      group: { read: true, write: false, execute: false },
      other: { read: true, write: false, execute: false },
      stickyBit: false,
      extendedAcls: false,
    });
    expect(await aclOf(file)).toBe('user::r--,user:bob:r--,group::r-x,group:dev:-w-,mask::r--,other::r--');
    const stale = { conditions: { ifMatch: '"0x1"' } };
    expect(await refusalOf(file.setAccessControl(items(whole), stale))).toBe('412 ConditionNotMet');
    expect(await refusalOf(file.setAccessControl(items('user::rwx')))).toBe('400 InvalidHeaderValue');
    expect(await refusalOf(file.setAccessControl(items(`${whole},default:user::rwx`)))).toBe(
      '400 InvalidHeaderValue',
    );
    expect(await refusalOf(files.getFileClient('none').getAccessControl())).toMatch(/^404/);
  });

  it('takes the sticky bit from permissions in digits or letters', async () => {
    const { files, source } = await startLake();
    const directory = files.getDirectoryClient('d');
    const lettersOf = async (path: string) => {
      const response = await fetch(await sasUrl(source.getBlobClient(path)), { method: 'HEAD' });
      return response.headers.get('x-ms-permissions');
    };
    await directory.create({ permissions: '1777', umask: '0000' });
    expect(await lettersOf('d')).toBe('rwxrwxrwt');
    await directory.setAccessControl(items(`${whole},user:bob:rwx`));
    expect(await lettersOf('d')).toBe('rwxrwx--T+');
    await files.getDirectoryClient('d/e').create();
    expect(await lettersOf('d/e')).toBe('rwxr-x---');
    await directory.move('moved');
    await directory.create({ permissions: 'rwxr-xr-T' });
    expect(await lettersOf('d')).toBe('rwxr-x--T');
    const { permissions } = await files.getDirectoryClient('moved').getAccessControl();
    expect(permissions).toMatchObject({ stickyBit: true, extendedAcls: true });
    const all = { read: true, write: true, execute: true };
    const plain = { owner: all, group: all, other: all, stickyBit: false, extendedAcls: false };
    await files.getDirectoryClient('moved').setPermissions(plain);
    expect(await lettersOf('moved')).toBe('rwxrwxrwx+');
    expect(await refusalOf(directory.create({ permissions: '2777' }))).toBe('400 InvalidHeaderValue');
  });

  it('moves with a rename and survives an overwrite by the Blob API', async () => {
    const { files, source, write } = await startLake();
    await write('d/f');
    await files.getFileClient('d/f').setAccessControl(items(`${whole},user:bob:rwx`), { group: 'staff' });
    await files.getDirectoryClient('d').move('e');
    await source.getBlockBlobClient('e/f').upload('x', 1);
    expect(await aclOf(files.getFileClient('e/f'))).toContain('user:bob:rwx');
    expect(await files.getFileClient('e/f').getAccessControl()).toMatchObject({ group: 'staff' });
  });

  it('is set, updated and removed for a whole tree, page by page', async () => {
    const { files, write } = await startLake();
    for (const name of ['t/a', 't/b/c', 't/b/d', 'u']) await write(name);
    const tree = files.getDirectoryClient('t');
    const everyone = `${whole},user:bob:r-x,default:user::rwx,default:group::r-x,default:other::---`;
    const set = await tree.setAccessControlRecursive(items(everyone), { batchSize: 2 });
    expect(set.counters).toEqual({
      changedDirectoriesCount: 2,
      changedFilesCount: 3,
      failedChangesCount: 0,
    });
    expect(await aclOf(files.getDirectoryClient('t/b'))).toBe(
      'user::rwx,user:bob:r-x,group::r-x,mask::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---',
    );
    expect(await aclOf(files.getFileClient('t/b/d'))).toBe(
      'user::rwx,user:bob:r-x,group::r-x,mask::r-x,other::---',
    );
    expect(await aclOf(files.getFileClient('u'))).toBe('user::rw-,group::r--,other::---');

    await tree.updateAccessControlRecursive(items('user:bob:rwx,default:user:bob:r--'), { batchSize: 1 });
    expect(await aclOf(files.getFileClient('t/a'))).toBe(
      'user::rwx,user:bob:rwx,group::r-x,mask::rwx,other::---',
    );
    expect(await aclOf(tree)).toContain('default:user:bob:r--,default:group::r-x,default:mask::r-x');

    const bob: RemovePathAccessControlItem[] = [
      { defaultScope: false, accessControlType: 'user', entityId: 'bob' },
      { defaultScope: true, accessControlType: 'user', entityId: 'bob' },
    ];
    await tree.removeAccessControlRecursive(bob);
    expect(await aclOf(files.getFileClient('t/a'))).toBe(whole);
    expect(await aclOf(tree)).toBe(`${whole},default:user::rwx,default:group::r-x,default:other::---`);
    const owner: RemovePathAccessControlItem[] = [{ defaultScope: false, accessControlType: 'user' }];
    await expect(tree.removeAccessControlRecursive(owner)).rejects.toThrow(/x-ms-acl/);
  });

  it('also exists for the root of a file system', async () => {
    const { files, write } = await startLake();
    const root = files.getDirectoryClient('/');
    expect(await aclOf(root)).toBe(whole);
    await root.setAccessControl(items(`${whole},default:user::rwx,default:group::rwx,default:other::rwx`));
    await write('f');
    expect(await aclOf(files.getFileClient('f'))).toBe('user::rw-,group::rw-,other::rw-');
  });
});
