import { type Key, keyText } from '../../src/model/key.ts';

/** What Azure reports, if it raises an event. */
export interface Happening {
  readonly type:
    | 'BlobCreated'
    | 'BlobDeleted'
    | 'BlobRenamed'
    | 'DirectoryCreated'
    | 'DirectoryDeleted'
    | 'DirectoryRenamed';
  /** Of a rename: the new name. */
  readonly key: Key;
  /** Of a rename: the old name. */
  readonly from?: Key;
  readonly time?: Date;
  readonly api?: string;
  /** Of a deleted directory. */
  readonly recursive?: 'true' | 'false';
}

/** An event as Event Grid sends it. */
export function toEvent(
  id: string,
  { type, key, from, time = new Date('2026-11-21T21:00:00Z'), ...data }: Happening,
): object {
  const urls =
    from === undefined ? { url: toUrl(key) } : { sourceUrl: toUrl(from), destinationUrl: toUrl(key) };
  return {
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/${key.container}/blobs/${key.path}`,
    eventType: `Microsoft.Storage.${type}`,
    eventTime: time.toISOString(),
    id,
    data: { ...data, ...urls },
    dataVersion: '',
    metadataVersion: '1',
  };
}

function toUrl(key: Key): string {
  return `https://sourceaccount.blob.core.windows.net/${keyText(key)}`;
}

/** What a message reports, in a few words. */
export function describeEvent(event: unknown): string {
  if (typeof event !== 'object' || event === null || !('subject' in event) || !('eventType' in event))
    return 'no event';
  const type = String(event.eventType).replace(/.*\./, '');
  const name = String(event.subject)
    .replace(/.*containers\//, '')
    .replace('/blobs/', '/');
  const old = /"sourceUrl":"https:\/\/[^/]*\/([^"]*)"/.exec(JSON.stringify(event))?.[1];
  return old === undefined ? `${type} ${name}` : `${type} ${old} to ${name}`;
}
