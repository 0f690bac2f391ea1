import { type KeyObject, createHmac, createSecretKey } from 'node:crypto';
import type { UriTemplate } from '../azurite/azurite-modules.ts';
import {
  accountSasPermissions,
  blobSasPermissions,
  commonUtils,
  containerSasPermissions,
  dispatching,
  operations,
  parseUriTemplate,
} from '../azurite/azurite.ts';
import { serveListings } from '../listings/serve-listings.ts';
import { keepMetadataNames } from '../requests/metadata-names.ts';
import { explainRefusals, refuseMissingFeatures } from '../requests/refuse-requests.ts';
import { sendAnswers } from '../requests/send-answers.ts';
import { correctCopyFromUrl } from './copy/copy-from-url.ts';
import { addPutBlobFromUrl, addPutRangeFromUrl } from './copy/put-from-url.ts';

let isDone = false;

/**
 * Corrects what Azurite keeps per process and not per server (its handler classes and permission tables), and
 * caches what it would repeat for every request. Runs once, however many servers are started.
 */
export function correctHandlers(): void {
  if (isDone) return;
  completeSasPermissions();
  addPutBlobFromUrl();
  addPutRangeFromUrl();
  correctCopyFromUrl();
  keepMetadataNames();
  serveListings();
  sendAnswers();
  explainRefusals();
  refuseMissingFeatures();
  speedUpRequests();
  isDone = true;
}

/** The operations that read from a URL, each with the plain write whose permission Azure requires for it. */
const sameAs = {
  BlockBlob_PutBlobFromUrl: 'BlockBlob_Upload',
  BlockBlob_StageBlockFromURL: 'BlockBlob_StageBlock',
  AppendBlob_AppendBlockFromUrl: 'AppendBlob_AppendBlock',
  PageBlob_UploadPagesFromURL: 'PageBlob_UploadPages',
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
  }
}

const templates = new Map<string, UriTemplate>();
const keys = new WeakMap<Uint8Array, KeyObject>();

/**
 * Caches what Azurite builds anew for every request: the path templates, of which it tries one operation
 * after the other, and the account key, which Node otherwise prepares for each signature. The answers are the
 * same. Applies to every server of the process.
 */
export function speedUpRequests(): void {
  dispatching.isURITemplateMatch = isMatch;
  commonUtils.computeHMACSHA256 = sign;
}

/** A parameter that is present must have a value. */
function isMatch(url: string, text: string): boolean {
  let template = templates.get(text);
  if (template === undefined) templates.set(text, (template = parseUriTemplate(text)));
  const values = template.fromUri(url, { strict: true });
  return values !== undefined && Object.values(values).every((value) => value !== '');
}

function sign(text: string, bytes: Uint8Array): string {
  let key = keys.get(bytes);
  if (key === undefined) keys.set(bytes, (key = createSecretKey(bytes)));
  return createHmac('sha256', key).update(text, 'utf8').digest('base64');
}
