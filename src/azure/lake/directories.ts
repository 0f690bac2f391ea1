import { theServiceClock } from '../../clock/observed-clock.ts';
import type { DataLakeDirectoryClient } from '@azure/storage-file-datalake';
import type { Access } from '../../model/access.ts';
import { type Etag, etagHeader } from '../../model/etag.ts';
import type { Key } from '../../model/key.ts';
import type { Metadata } from '../../model/stamp.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';
import type {
  AccessOutcome,
  CreateDirectoryRequest,
  DirectoryStore,
  RenameRequest,
} from '../../ports/directory-store.ts';
import { createAccessRights, isSticky, toAccessControl, toPermissions } from './access-control.ts';
import type { Account } from '../account/connect-account.ts';
import { createPathClients } from './path-clients.ts';
import { serviceCode, toWriteOutcome } from '../errors/storage-error.ts';
import { createTrash } from './trash.ts';

const NOT_EMPTY: ReadonlySet<string | undefined> = new Set(['DirectoryNotEmpty', 'DirectoryIsNotEmpty']);

/**
 * What a hierarchical backup can do besides, by the Data Lake API of a real account. @param now milliseconds
 */
export function createAzureDirectoryStore(
  account: Account,
  now: () => number = () => theServiceClock.now().getTime(),
): DirectoryStore {
  // Both ends of a rename are on the backup.
  const sides = { backup: account.name, source: account.name };
  const paths = createPathClients(account);
  const rights = createAccessRights(now);

  async function createDirectory({ key, metadata, access }: CreateDirectoryRequest): Promise<AccessOutcome> {
    const create = async (wanted: Access | undefined): Promise<AccessOutcome> => {
      const outcome = await write(() => make(key, metadata, wanted));
      return outcome.kind === 'written' ? { ...outcome, access: 'set' } : outcome;
    };
    if (access !== undefined && !rights.isDenied()) {
      const made = await rights.try(() => create(access));
      if (made !== 'not-permitted') return made;
    }
    const made = await create(undefined);
    return made.kind === 'written' && access !== undefined ? { ...made, access: 'not-permitted' } : made;
  }

  /**
   * This API sends metadata in UTF-8 and the Blob API does not, so metadata beyond ASCII is set by the Blob
   * API.
   */
  async function make(key: Key, metadata: Metadata, access: Access | undefined): Promise<void> {
    const path = paths.path(key);
    const hasMetadata = Object.keys(metadata).length > 0;
    const fits = Object.values(metadata).every(isAscii);
    const { etag } = await path.create({
      ...(hasMetadata && fits && { metadata: { ...metadata } }),
      ...(access !== undefined && {
        owner: access.owner,
        group: access.group,
        acl: toAccessControl(access.acl),
      }),
      conditions: { ifNoneMatch: '*' },
    });
    if (!fits)
      await path.setMetadata({ ...metadata }, { conditions: etag === undefined ? {} : { ifMatch: etag } });
    if (access !== undefined && isSticky(access.permissions))
      await path.setPermissions(toPermissions(access.permissions));
  }

  async function setAccess(
    path: DataLakeDirectoryClient,
    access: Access,
    there: Access | undefined,
  ): Promise<AccessOutcome> {
    const refused: AccessOutcome = { kind: 'written', access: 'not-permitted' };
    if (rights.isDenied()) return refused;
    const { owner, group, acl, permissions } = access;
    const outcome = await rights.try(() =>
      write(async () => {
        await path.setAccessControl(toAccessControl(acl), { owner, group });
        // The list does not include it.
        if (isSticky(permissions) || isSticky(there?.permissions ?? ''))
          await path.setPermissions(toPermissions(permissions));
      }),
    );
    if (outcome === 'not-permitted') return refused;
    return outcome.kind === 'written' ? { ...outcome, access: 'set' } : outcome;
  }

  async function rename({ from, to, ifMatch, condition }: RenameRequest): Promise<WriteOutcome> {
    return await write(() => paths.move(from, to, ifMatch, condition));
  }

  async function removeEmptyDirectory(
    key: Key,
    ifMatch: Etag,
  ): Promise<WriteOutcome | { readonly kind: 'not-empty' }> {
    let isEmpty = true;
    const outcome = await write(async () => {
      try {
        await paths.path(key).delete(false, { conditions: { ifMatch: etagHeader(ifMatch) } });
      } catch (error) {
        if (NOT_EMPTY.has(serviceCode(error))) isEmpty = false;
        throw error;
      }
    });
    return isEmpty ? outcome : { kind: 'not-empty' };
  }

  async function write(request: () => Promise<unknown>): Promise<WriteOutcome> {
    const outcome = await toWriteOutcome(sides, request);
    return outcome.kind === 'source-precondition-failed' ? { kind: 'backup-precondition-failed' } : outcome;
  }

  return {
    createDirectory,
    setAccess: async (key, access, there) => await setAccess(paths.path(key), access, there),
    setRootAccess: async (container, access, there) => await setAccess(paths.root(container), access, there),
    rename,
    removeEmptyDirectory,
    ...createTrash(paths, write, account, now),
  };
}

function isAscii(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text);
}
