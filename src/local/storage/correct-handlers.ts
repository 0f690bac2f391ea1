import { correctCopyFromUrl } from './copy-from-url.ts';
import { speedUpRequests } from './fast-requests.ts';
import { keepMetadataNames } from './metadata-names.ts';
import { addPutBlobFromUrl } from './put-blob-from-url.ts';
import { addPutRangeFromUrl } from './put-range-from-url.ts';
import { explainRefusals } from './refuse-requests.ts';
import { refuseMissingFeatures } from './service-properties.ts';
import { completeSasPermissions } from './sas-permissions.ts';

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
