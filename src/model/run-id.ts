import { z } from 'zod';
import { BlobmirrorError } from './errors.ts';

/** `2026-11-25T13-09-31Z-4f2a`: begins with the time, so that ids sort by it. */
export type RunId = string & { readonly __brand: 'RunId' };

const RUN_ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-f]{4}$/;

const SECOND_LENGTH = '2026-11-25T13-09-31'.length;
const TOLERANCE_MS = 60_000;

/** The random end distinguishes runs of the same second. */
export function createRunId(now: Date): RunId {
  return `${second(now)}Z-${randomHex(2)}` as RunId;
}

/** Whether a run was named by a clock that is ahead of this time. */
export function isOfFuture(id: RunId, now: Date): boolean {
  return id.slice(0, SECOND_LENGTH) > second(new Date(now.getTime() + TOLERANCE_MS));
}

/** With Web Crypto: the page imports this file, and has no `node:crypto`. */
function randomHex(bytes: number): string {
  const values = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(values, (value) => value.toString(16).padStart(2, '0')).join('');
}

function second(time: Date): string {
  return time.toISOString().slice(0, SECOND_LENGTH).replaceAll(':', '-');
}

/** Whether a text from outside is the id of a run, and may become part of a document's name. */
export function isRunId(text: string): text is RunId {
  return RUN_ID.test(text);
}

export const runIdSchema = z.custom<RunId>(
  (value) => typeof value === 'string' && isRunId(value),
  'is not the id of a run',
);

/** @throws BlobmirrorError `run-not-found`: any other text never becomes part of a document's name */
export function parseRunId(text: string): RunId {
  if (isRunId(text)) return text;
  throw new BlobmirrorError('run-not-found', `${JSON.stringify(text.slice(0, 40))} is not the id of a run`);
}
