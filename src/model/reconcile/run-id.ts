import { randomBytes } from 'node:crypto';
import type { RunId } from './run.js';

const RUN_ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-f]{4}$/;

/** The end tells runs of one second apart. */
export function createRunId(now: Date): RunId {
  const second = now.toISOString().slice(0, 19).replaceAll(':', '-');
  return `${second}Z-${randomBytes(2).toString('hex')}` as RunId;
}

/** Whether a text from outside names a run, and so can be part of the name of a document. */
export function isRunId(text: string): text is RunId {
  return RUN_ID.test(text);
}
