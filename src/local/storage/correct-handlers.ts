import { correctCopyFromUrl } from './copy-from-url.js';
import { speedUpRequests } from './fast-requests.js';
import { keepMetadataNames } from './metadata-names.js';
import { addPutBlobFromUrl } from './put-blob-from-url.js';
import { addPutRangeFromUrl } from './put-range-from-url.js';
import { explainRefusals } from './refuse-requests.js';
import { refuseMissingFeatures } from './service-properties.js';
import { completeSasPermissions } from './sas-permissions.js';

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
