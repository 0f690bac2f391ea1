import { randomBytes } from 'node:crypto';
import type { RunId } from './run.ts';

const RUN_ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-f]{4}$/;

const SECOND_LENGTH = '2026-11-25T13-09-31'.length;
const TOLERANCE_MS = 60_000;

/** The end tells runs of one second apart. */
export function createRunId(now: Date): RunId {
  return `${second(now)}Z-${randomBytes(2).toString('hex')}` as RunId;
}

/** Whether a run was named by a clock that is ahead of this time. */
export function isOfFuture(id: RunId, now: Date): boolean {
  return id.slice(0, SECOND_LENGTH) > second(new Date(now.getTime() + TOLERANCE_MS));
}

function second(time: Date): string {
  return time.toISOString().slice(0, SECOND_LENGTH).replaceAll(':', '-');
}

/** Whether a text from outside names a run, and so can be part of the name of a document. */
export function isRunId(text: string): text is RunId {
  return RUN_ID.test(text);
}
