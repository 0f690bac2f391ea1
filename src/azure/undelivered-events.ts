import { parseContainerName } from '../model/key.ts';
import type { UndeliveredEvents, UndeliveredBatch } from '../ports/undelivered-events.ts';
import type { Account } from './account/connect-account.ts';
import { FOLDER_MARK } from './blob/to-reading.ts';
import { listPages, listingCode } from './listing/list-pages.ts';
import type { PageEntry } from './listing/listing.ts';
import { isAbsent, serviceCode, toStorageError } from './errors/storage-error.ts';

const PAGE_SIZE = 500;
const SET_ASIDE = 'blobmirrorsetaside';

/** The container for the dead letters of an event subscription. */
export function createAzureUndeliveredEvents(account: Account, containerName: string): UndeliveredEvents {
  const container = account.client.getContainerClient(containerName);

  async function attempt<Result>(
    operation: 'read' | 'write',
    act: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await act();
    } catch (error) {
      if (isAbsent(error) || serviceCode(error) === 'ConditionNotMet') return undefined;
      throw toStorageError(error, operation, account.name);
    }
  }

  return {
    list: async function* () {
      const listing = { include: { metadata: true }, pageSize: PAGE_SIZE };
      try {
        for await (const { entries } of listPages(account, parseContainerName(containerName), listing))
          yield entries.flatMap(toUndelivered);
      } catch (error) {
        if (listingCode(error) === 'ContainerNotFound') return;
        throw toStorageError(error, 'read', account.name);
      }
    },

    read: async ({ name, version }) =>
      await attempt('read', async () => {
        const conditions = { ifMatch: version };
        const { readableStreamBody: body } = await container.getBlobClient(name).download(0, undefined, {
          conditions,
        });
        let text = '';
        body?.setEncoding('utf8');
        for await (const piece of body ?? []) text += String(piece);
        return text;
      }),

    remove: async ({ name, version }) => {
      await attempt('write', async () => {
        await container.getBlobClient(name).delete({ conditions: { ifMatch: version } });
      });
    },

    setAside: async ({ name, version }) => {
      await attempt('write', async () => {
        const metadata = { [SET_ASIDE]: 'true' };
        await container.getBlobClient(name).setMetadata(metadata, { conditions: { ifMatch: version } });
      });
    },
  };
}

function toUndelivered(entry: PageEntry): readonly UndeliveredBatch[] {
  const { metadata } = entry.details();
  // A hierarchical account also lists the parent directories.
  if (entry.isDirectory || FOLDER_MARK in metadata) return [];
  const { name, etag: version, bytes } = entry;
  return [{ name, version, bytes, isSetAside: SET_ASIDE in metadata }];
}
