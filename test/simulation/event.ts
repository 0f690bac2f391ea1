import type { Key } from '../../src/model/key.js';

/** An event as Event Grid sends it. */
export function toEvent(id: string, type: 'BlobCreated' | 'BlobDeleted', { container, path }: Key): object {
  return {
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/${container}/blobs/${path}`,
    eventType: `Microsoft.Storage.${type}`,
    eventTime: '2026-11-21T21:00:00Z',
    id,
    data: { url: `https://sourceaccount.blob.core.windows.net/${container}/${path}` },
    dataVersion: '',
    metadataVersion: '1',
  };
}

/** What a message tells of, in a few words. */
export function describeEvent(event: unknown): string {
  if (typeof event !== 'object' || event === null || !('subject' in event) || !('eventType' in event))
    return 'no event';
  return `${String(event.eventType).replace(/.*\./, '')} ${String(event.subject)
    .replace(/.*containers\//, '')
    .replace('/blobs/', '/')}`;
}
