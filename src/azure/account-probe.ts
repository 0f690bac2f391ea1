import { randomUUID } from 'node:crypto';
import { type BlockBlobClient, RestError } from '@azure/storage-blob';
import { type Account, readAccountKind } from './account/connect-account.ts';
import { createCopySources, createDelegationKeys } from './copy/copy-source.ts';
import { refuseUnexpectedSuccess, toEngineRefusal } from './copy/judge-copy.ts';
import {
  type Operation,
  httpStatus,
  isAnsweredByService,
  serviceCode,
  toMeanings,
  toStorageError,
} from './errors/storage-error.ts';
import { createPathClients } from './lake/path-clients.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import { clockAheadMs } from '../clock/service-clock.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseBlobPath } from '../model/key.ts';
import type { AccountProbe } from '../ports/probes.ts';

const PAGE_SIZE = 1000;
const HOUR_MS = 3_600_000;

/** No scope includes what is below `.blobmirror`. */
const newPath = () => parseBlobPath(`.blobmirror/check-${randomUUID()}`);

export function createAzureAccountProbe(account: Account): AccountProbe {
  const { client, name, authorization } = account;
  const paths = createPathClients(account);
  const delegationKey = createDelegationKeys(client);

  async function ask<Result>(operation: Operation, act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      throw toStorageError(error, operation, name);
    }
  }

  /**
   * Resolves when the service answers that the blob or container does not exist: without the right to read,
   * it would not say so.
   */
  async function expectAbsent(
    operation: Operation,
    code: string,
    act: () => Promise<unknown>,
  ): Promise<void> {
    await ask(operation, async () => {
      try {
        await act();
      } catch (error) {
        if (serviceCode(error) !== code) throw error;
      }
    });
  }

  async function write(
    container: ContainerName,
    also: (blob: BlockBlobClient, path: ReturnType<typeof newPath>) => Promise<unknown> = async (blob) =>
      await blob.getProperties(),
  ): Promise<void> {
    const path = newPath();
    const blob = client.getContainerClient(container).getBlockBlobClient(path);
    await ask('write', async () => {
      await blob.upload('', 0, { conditions: { ifNoneMatch: '*' } });
      try {
        await also(blob, path);
      } finally {
        await blob.delete();
      }
    });
  }

  const absent = (container: ContainerName) => client.getContainerClient(container).getBlobClient(newPath());

  return {
    account: name,
    by: authorization.kind,
    containers: async () =>
      await ask('read', async () => {
        const pages = client.listContainers().byPage({ maxPageSize: PAGE_SIZE });
        for await (const { containerItems } of pages) return containerItems.map((item) => item.name);
        return [];
      }),
    kind: async () => await readAccountKind(account),
    read: async (container) => {
      await ask('read', async () => {
        const pages = client.getContainerClient(container).listBlobsFlat().byPage({ maxPageSize: 1 });
        await pages[Symbol.asyncIterator]().next();
      });
      await expectAbsent('read', 'BlobNotFound', async () => await absent(container).getProperties());
    },
    readTags: async (container) =>
      await expectAbsent('read', 'BlobNotFound', async () => await absent(container).getTags()),
    makeContainer: async (container) =>
      await expectAbsent(
        'write',
        'ContainerAlreadyExists',
        async () => await client.createContainer(container),
      ),
    write,
    writeTags: async (container) =>
      await write(container, async (blob) => await blob.setTags({ blobmirror: 'check' })),
    writeAccess: async (container) =>
      await write(container, async (_, path) => {
        const file = paths.path({ container, path });
        const { acl } = await file.getAccessControl();
        await file.setAccessControl(acl);
      }),
    delegate: async () => void (await delegationKey(new Date(theServiceClock.now().getTime() + HOUR_MS))),
    softDeleteDays: async () =>
      await ask('read', async () => {
        const { deleteRetentionPolicy: policy } = await client.getProperties();
        return policy?.enabled === true ? (policy.days ?? 0) : 0;
      }),
    keepsVersions: async (container) => {
      let versionId: string | undefined;
      await write(container, async (blob) => {
        ({ versionId } = await blob.getProperties());
      });
      return versionId !== undefined;
    },
    clockAheadMs: async () =>
      await ask('read', async () => {
        const sentAt = Date.now();
        const ahead = clockAheadMs(await readDate(), sentAt, Date.now());
        if (ahead !== undefined) return ahead;
        throw new BlobmirrorError('storage-unavailable', `${name} sends no Date with its answers`);
      }),
  };

  /** A refusal will do: every answer has a Date. */
  async function readDate(): Promise<string | undefined> {
    try {
      const { date } = await client.getAccountInfo();
      return date?.toUTCString();
    } catch (error) {
      if (!(error instanceof RestError) || error.response === undefined) throw error;
      return error.response.headers.get('date');
    }
  }
}

/**
 * Whether the backup account can fetch from the source by itself: it is asked to copy a blob that does not
 * exist, and reports that only after the source let it in. Resolves to false where its service has no such
 * operation, or claims to have copied what does not exist: such a service ignores the URL to copy from, and
 * writes an empty blob (Azurite#852).
 *
 * @throws BlobmirrorError of a storage code
 */
export async function probeServerCopy(
  source: Account,
  backup: Account,
  { from, to }: { readonly from: ContainerName; readonly to: ContainerName },
): Promise<boolean> {
  const path = parseBlobPath(`.blobmirror/check-${randomUUID()}`);
  const blob = backup.client.getContainerClient(to).getBlockBlobClient(path);
  try {
    const { url, ...authorization } = await createCopySources(source).grant({ container: from, path });
    await refuseUnexpectedSuccess(backup.name, () =>
      blob.syncUploadFromURL(url, { ...authorization, conditions: { ifNoneMatch: '*' } }),
    );
  } catch (error) {
    if (httpStatus(error) === 404 && isAnsweredByService(error)) return true;
    const failure = toStorageError(error, 'write', backup.name);
    const refusal = toEngineRefusal(failure);
    if (refusal === 'wrong-result') await remove();
    if (refusal === 'wrong-result' || refusal === 'unsupported') return false;
    throw failure;
  }
  await remove();
  return false;

  async function remove(): Promise<void> {
    try {
      await blob.delete();
    } catch (error) {
      if (toMeanings(error)?.read !== 'absent') throw toStorageError(error, 'write', backup.name);
    }
  }
}
