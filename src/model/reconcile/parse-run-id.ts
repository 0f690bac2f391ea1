import { BlobmirrorError } from '../errors.js';
import type { RunId } from './run.js';

const RUN_ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-f]{4}$/;

/** What is no id of a run names none: it never becomes part of a document's name. @throws BlobmirrorError `run-not-found` */
export function parseRunId(text: string): RunId {
  if (RUN_ID.test(text)) return text as RunId;
  throw new BlobmirrorError('run-not-found', `${JSON.stringify(text.slice(0, 40))} is the id of no run`);
}
