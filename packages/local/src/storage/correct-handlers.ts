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
import { keepMetadataNames } from '../requests/metadata-names.ts';
import { explainRefusals, refuseMissingFeatures } from '../requests/refuse-requests.ts';
import { correctCopyFromUrl } from './copy/copy-from-url.ts';
import { addPutBlobFromUrl, addPutRangeFromUrl } from './copy/put-from-url.ts';

let isDone = false;

/**
 * Corrects what Azurite keeps per process and not per server: its handler classes and permission tables, and what it
 * would do anew for every request. Once, however
 * many servers are started.
 */
export function correctHandlers(): void {
  if (isDone) return;
  completeSasPermissions();
  addPutBlobFromUrl();
  addPutRangeFromUrl();
  correctCopyFromUrl();
  keepMetadataNames();
  explainRefusals();
  refuseMissingFeatures();
  speedUpRequests();
  isDone = true;
}

/** The operations that read from a URL, each with the plain write whose permission Azure asks of it. */
const sameAs = {
  BlockBlob_PutBlobFromUrl: 'BlockBlob_Upload',
  BlockBlob_StageBlockFromURL: 'BlockBlob_StageBlock',
  AppendBlob_AppendBlockFromUrl: 'AppendBlob_AppendBlock',
  PageBlob_UploadPagesFromURL: 'PageBlob_UploadPages',
} as const;

/** Adds the rows that Azurite's permission tables lack: without one it answers 500 to a request under a SAS. */
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
 * Keeps what Azurite makes anew for every request: the templates of paths, of which it tries one operation after the
 * other, and the key of the account, which Node prepares for each signature unless it is given a prepared one. The
 * answers are the same. Applies to every server of the process.
 */
export function speedUpRequests(): void {
  dispatching.isURITemplateMatch = isMatch;
  commonUtils.computeHMACSHA256 = sign;
}

/** A parameter that is there has to have a value. */
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
