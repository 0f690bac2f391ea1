import type { Envelope } from './envelope.js';

/**
 * A file that comes by way of the Data Lake or SFTP endpoint is announced when it is created, empty; if the writer
 * flushes without closing, nothing announces its content. Appends to an append blob are never announced. Sources:
 * learn.microsoft.com/azure/storage/blobs/storage-blob-event-overview and Azure/azure-sdk-for-net#19166.
 */
const SILENT_APIS: ReadonlySet<unknown> = new Set([
  'CreateFile',
  'FlushWithClose',
  'SftpCreate',
  'SftpCommit',
]);

export function mayChangeSilently({ data }: Envelope): boolean {
  return SILENT_APIS.has(data['api']) || data['blobType'] === 'AppendBlob';
}
