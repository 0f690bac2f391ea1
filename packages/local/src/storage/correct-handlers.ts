import { type KeyObject, createHmac, createSecretKey } from 'node:crypto';
import {
  accountSasPermissions,
  blobSasPermissions,
  commonUtils,
  containerSasPermissions,
  operations,
} from '../azurite/azurite.ts';
import { serveListings } from '../listings/serve-listings.ts';
import { keepMetadataNames } from '../requests/metadata-names.ts';
import { correctRanges } from '../requests/correct-ranges.ts';
import { dispatchRequests } from '../requests/dispatch-requests.ts';
import { readParameters } from '../requests/read-parameters.ts';
import { explainRefusals, refuseMissingFeatures } from '../requests/refuse-requests.ts';
import { sendAnswers } from '../requests/send-answers.ts';
import { acceptVersionSignatures } from '../requests/version-signatures.ts';
import { serveImmutability } from '../requests/serve-immutability.ts';
import { serveUndelete } from '../requests/serve-undelete.ts';
import { correctCopyFromUrl } from './copy/copy-from-url.ts';
import { addPutBlobFromUrl, addPutRangeFromUrl } from './copy/put-from-url.ts';

let isDone = false;

/**
 * Corrects what Azurite keeps per process and not per server (its handler classes, permission tables and modules).
 * Runs once, however many servers are started. What is replaced, and why:
 *
 * - the SAS permissions of the operations that read from a URL, of Undelete Blob and of Restore Container: missing, so that such a request was answered with 500
 * - Put Blob, Put Block, Append Block and Put Page From URL: missing
 * - Copy Blob From URL: without its limit of size, and the check of the source's MD5
 * - metadata and tags: names that are members of an object were lost
 * - listings: a quarter of a second for each page in its XML library; names that XML cannot hold broke them
 * - answers, the choice of the operation and the parameters: repeated for each request what is the same for all
 * - refusals: without a reason, and features that are not there ignored
 * - a SAS of a version, and the permission to delete one: missing
 * - Undelete Blob, Restore Container, immutability policies and legal holds: missing
 * - ranges, and blocks without bytes: taken where the service refuses or ignores them
 * - signatures: prepared the account key anew for each request
 *
 * Its stores are not used at all: `operations/` takes their place. Get Account Information of hierarchical accounts is
 * corrected in `data-lake/`.
 */
export function correctHandlers(): void {
  if (isDone) return;
  completeSasPermissions();
  addPutBlobFromUrl();
  addPutRangeFromUrl();
  correctCopyFromUrl();
  keepMetadataNames();
  serveListings();
  serveUndelete();
  serveImmutability();
  acceptVersionSignatures();
  sendAnswers();
  explainRefusals();
  refuseMissingFeatures();
  dispatchRequests();
  readParameters();
  correctRanges();
  speedUpSignatures();
  isDone = true;
}

/** Operations with the plain write whose permission Azure requires for them. */
const sameAs = {
  BlockBlob_PutBlobFromUrl: 'BlockBlob_Upload',
  BlockBlob_StageBlockFromURL: 'BlockBlob_StageBlock',
  AppendBlob_AppendBlockFromUrl: 'AppendBlob_AppendBlock',
  PageBlob_UploadPagesFromURL: 'PageBlob_UploadPages',
  Blob_Undelete: 'Blob_SetMetadata',
  Container_Restore: 'Container_SetMetadata',
  Blob_SetImmutabilityPolicy: 'Blob_SetMetadata',
  Blob_DeleteImmutabilityPolicy: 'Blob_SetMetadata',
  Blob_SetLegalHold: 'Blob_SetMetadata',
} as const;

/**
 * Adds the rows that Azurite's permission tables lack: without one it answers 500 to a request with a SAS.
 */
function completeSasPermissions(): void {
  for (const table of [accountSasPermissions, blobSasPermissions, containerSasPermissions]) {
    for (const [missing, known] of Object.entries(sameAs)) {
      const operation = operations[missing];
      const row = table.get(operations[known] ?? -1);
      if (operation === undefined || row === undefined)
        throw new Error(`This version of Azurite does not fit: no SAS permission of ${known}`);
      if (!table.has(operation)) table.set(operation, row);
    }
    allowDeletionOfVersions(table);
  }
}

/** Which of the two a deletion needs is seen once it is known what it deletes. */
function allowDeletionOfVersions(table: typeof accountSasPermissions): void {
  const row = table.get(operations['Blob_Delete'] ?? -1);
  if (typeof row !== 'object' || row === null || !('permission' in row))
    throw new Error('This version of Azurite does not fit: no SAS permission of Blob_Delete');
  row.permission = 'dx';
}

const keys = new WeakMap<Uint8Array, KeyObject>();

/**
 * Keeps what Azurite makes anew for every request: the account key, which Node otherwise prepares for each
 * signature. Leaves out the parser of URLs, which is slow, for a URL without a query. Applies to every server
 * of the process.
 */
export function speedUpSignatures(): void {
  commonUtils.computeHMACSHA256 = sign;
  const { getURLQueries } = commonUtils;
  commonUtils.getURLQueries = (url) => (url.includes('?') ? getURLQueries(url) : {});
}

function sign(text: string, bytes: Uint8Array): string {
  let key = keys.get(bytes);
  if (key === undefined) keys.set(bytes, (key = createSecretKey(bytes)));
  return createHmac('sha256', key).update(text, 'utf8').digest('base64');
}
