import { z } from 'zod';
import { BlobmirrorError } from '../model/errors.ts';

/** Mirroring stands still, by somebody's wish. */
export interface Pause {
  /** ISO 8601, as all times here. */
  readonly since: string;
  /** Who asked for it, as far as is known. */
  readonly by?: string;
  readonly reason?: string;
  /** Nobody is known to have asked for it: the document that would say so cannot be read. */
  readonly isUnknown?: true;
}

/** One that has ended. */
interface EndedPause {
  readonly since: string;
  readonly until: string;
}

/** Whether mirroring stands still, and when it did: a document that every worker reads. */
export interface PauseState {
  /** Null: mirroring goes on. */
  readonly paused: Pause | null;
  /** The last ones, the newest first: what waited meanwhile is no older for that. */
  readonly ended: readonly EndedPause[];
}

export const NEVER_PAUSED_STATE: PauseState = { paused: null, ended: [] };

/** For how much of the time from `since` to `now` mirroring stood still, in milliseconds. */
export function pausedMs({ paused, ended }: PauseState, since: Date, now: Date): number {
  const spans = ended.map((each) => [Date.parse(each.since), Date.parse(each.until)] as const);
  if (paused !== null) spans.push([Date.parse(paused.since), now.getTime()]);
  return spans
    .map(([from, until]) => Math.min(until, now.getTime()) - Math.max(from, since.getTime()))
    .reduce((sum, ms) => sum + Math.max(0, ms), 0);
}

const LONGEST_REASON = 500;
/** It is shown in terminals, which would obey some of the others. */
const PLAIN = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;

const REQUEST = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(LONGEST_REASON, `has more than ${LONGEST_REASON} characters`)
    .regex(PLAIN, 'has characters that are not to be seen; it should be one line')
    .optional(),
});

/**
 * What a door was asked for.
 *
 * @throws BlobmirrorError `request-invalid`
 */
export function parsePauseRequest(body: unknown): Pick<Pause, 'reason'> {
  const parsed = REQUEST.safeParse(body);
  if (parsed.success) return parsed.data.reason === undefined ? {} : { reason: parsed.data.reason };
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
  throw new BlobmirrorError('request-invalid', `the request is not as it should be: ${wrong.join('; ')}`);
}
