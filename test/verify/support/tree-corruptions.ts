import { toPermissions } from '../../../src/azure/lake/access-control.ts';
import type { TreeSide } from './tree-pair.ts';

const FILE_ACL = 'user::rw-,user:bob:r--,group::r--,mask::r--,other::---';
const DIRECTORY_ACL =
  'user::rwx,user:bob:r-x,group::r-x,mask::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---';

export interface TreeCorruption {
  /** What it does to the backup, and the name of what it is done to. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly corrupt: (backup: TreeSide, path: string) => Promise<unknown>;
  /** What verify must call it. */
  readonly differences: readonly string[];
  /** Whether nothing but who may do what is not the same. */
  readonly ofAccess?: true;
}

export const TREE_CORRUPTIONS: readonly TreeCorruption[] = [
  {
    path: 'directory deleted',
    kind: 'directory',
    corrupt: async (backup, path) => await backup.remove(path),
    differences: ['missing-on-backup'],
  },
  {
    path: 'directory replaced by a file',
    kind: 'directory',
    corrupt: async (backup, path) => {
      await backup.remove(path);
      await backup.addFile(path);
    },
    differences: ['resource-type'],
  },
  {
    path: 'file replaced by a directory',
    kind: 'file',
    corrupt: async (backup, path) => {
      await backup.blobs.deleteBlob(path);
      await backup.addDirectory(path);
    },
    differences: ['resource-type'],
  },
  {
    path: 'metadata of a directory changed',
    kind: 'directory',
    corrupt: async (backup, path) => await setMetadata(backup, path, { Colour: 'blue' }),
    differences: ['metadata Colour'],
  },
  {
    path: 'metadata of a directory in another case',
    kind: 'directory',
    corrupt: async (backup, path) => await setMetadata(backup, path, { colour: 'red' }),
    differences: ['metadata Colour', 'metadata colour'],
  },
  {
    path: 'metadata of a directory taken off',
    kind: 'directory',
    corrupt: async (backup, path) => await setMetadata(backup, path, {}),
    differences: ['metadata Colour'],
  },
  ...ofBoth('owner', ['owner'], async (backup, path, acl) => await backup.setAccess(path, acl, 'carl')),
  ...ofBoth('group', ['group'], async (backup, path, acl) => {
    await backup.setAccess(path, acl, 'anna', 'guests');
  }),
  ...ofBoth('permissions of others', ['permissions'], async (backup, path, acl) => {
    await backup.setAccess(path, acl.replace(',other::---', ',other::r--'));
  }),
  ...ofBoth('mask', ['permissions'], async (backup, path, acl) => {
    await backup.setAccess(path, acl.replace(/,mask::.../, ',mask::rwx'));
  }),
  ...ofBoth('entry of a user', ['acl user:bob'], async (backup, path, acl) => {
    await backup.setAccess(path, acl.replace(/,user:bob:.../, ',user:bob:-w-'));
  }),
  ...ofBoth('entry of another user', ['acl user:bert', 'acl user:bob'], async (backup, path, acl) => {
    await backup.setAccess(path, acl.replace('user:bob', 'user:bert'));
  }),
  ...ofBoth('entry of the group under the mask', ['acl group:'], async (backup, path, acl) => {
    await backup.setAccess(path, acl.replace(/,group::r-(.)/, ',group::rw$1'));
  }),
  {
    path: 'default entry of a directory',
    kind: 'directory',
    corrupt: async (backup, path) => {
      await backup.setAccess(path, DIRECTORY_ACL.replace('default:group::r-x', 'default:group::---'));
    },
    differences: ['acl default:group:'],
    ofAccess: true,
  },
  {
    path: 'access control list taken off',
    kind: 'directory',
    corrupt: async (backup, path) => await backup.setAccess(path, 'user::rwx,group::r-x,other::---'),
    differences: [
      'acl default:group:',
      'acl default:other:',
      'acl default:user:',
      'acl mask:',
      'acl user:bob',
    ],
    ofAccess: true,
  },
  {
    path: 'permissions set',
    kind: 'directory',
    corrupt: async (backup, path) => {
      await backup.path(path).setPermissions({
        owner: { read: true, write: true, execute: true },
        group: { read: true, write: true, execute: true },
        other: { read: true, write: false, execute: true },
        stickyBit: false,
        extendedAcls: false,
      });
    },
    differences: ['permissions'],
    ofAccess: true,
  },
  {
    path: 'sticky bit set',
    kind: 'directory',
    corrupt: async (backup, path) => {
      await backup.path(path).setPermissions(toPermissions('rwxr-x--T'));
    },
    differences: ['permissions'],
    ofAccess: true,
  },
];

/** What can be wrong with the root of a container, which has the list of a directory. */
export const ROOT_CORRUPTIONS: readonly TreeCorruption[] = TREE_CORRUPTIONS.filter(
  ({ kind, ofAccess }) => kind === 'directory' && ofAccess,
);

function ofBoth(
  what: string,
  differences: readonly string[],
  corrupt: (backup: TreeSide, path: string, acl: string) => Promise<unknown>,
): TreeCorruption[] {
  return (['file', 'directory'] as const).map((kind) => ({
    path: `${what} of a ${kind}`,
    kind,
    corrupt: async (backup, path) => await corrupt(backup, path, aclOf(kind)),
    differences,
    ofAccess: true,
  }));
}

export function aclOf(kind: 'file' | 'directory'): string {
  return kind === 'file' ? FILE_ACL : DIRECTORY_ACL;
}

async function setMetadata(side: TreeSide, path: string, metadata: Record<string, string>): Promise<void> {
  await side.path(path).setMetadata(metadata);
}
