import { BlobmirrorError } from '../errors.ts';
import { isRunId } from './run-id.ts';
import type { RunId } from './run.ts';

/** What is no id of a run names none, and never becomes part of a document's name. @throws BlobmirrorError `run-not-found` */
export function parseRunId(text: string): RunId {
  if (isRunId(text)) return text;
  throw new BlobmirrorError('run-not-found', `${JSON.stringify(text.slice(0, 40))} is the id of no run`);
}
