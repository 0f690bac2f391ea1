import type { Envelope } from './envelope.ts';

/**
 * Requests that announce a blob before it is whole, or whose blob may grow without an event. A file that comes by way of
 * the Data Lake or SFTP endpoint is announced when it is created, empty; if the writer flushes without closing, nothing
 * announces its content. A copy may be announced while the service is still at work on it, on hierarchical accounts
 * always. Sources: learn.microsoft.com/azure/storage/blobs/storage-blob-event-overview, Azure/azure-sdk-for-net#19166,
 * Azure/azure-sdk-for-java#26742, MicrosoftDocs/azure-docs#74041 and #114316.
 */
const SILENT_APIS: ReadonlySet<unknown> = new Set([
  'CreateFile',
  'FlushWithClose',
  'SftpCreate',
  'SftpCommit',
  'CopyBlob',
]);

/** Of these, the ones that are sent when the writer is done: what changes later is most likely announced again. */
const CLOSING_APIS: ReadonlySet<unknown> = new Set(['FlushWithClose', 'SftpCommit', 'CopyBlob']);

/**
 * Appends to an append blob and pages of a page blob are never announced: the one event is of the blob's creation, empty
 * or all zeros (MicrosoftDocs/azure-docs#39195).
 */
const GROWING_KINDS: ReadonlySet<unknown> = new Set(['AppendBlob', 'PageBlob']);

/**
 * Whether the blob may change again without an event: `open` while its writer is most likely still at work, `closed`
 * where the writer said that it is done. Only what was created is written to; each other change has an event of its own.
 * An event whose type is lost may be of a creation.
 */
export function silentChanges({ type, data }: Envelope): 'none' | 'open' | 'closed' {
  if (type !== undefined && type !== 'Microsoft.Storage.BlobCreated') return 'none';
  if (GROWING_KINDS.has(data['blobType'])) return 'open';
  if (!SILENT_APIS.has(data['api'])) return 'none';
  return CLOSING_APIS.has(data['api']) ? 'closed' : 'open';
}
