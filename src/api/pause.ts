import { z } from 'zod';
import { BlobmirrorError } from '../model/errors.ts';

/** Mirroring is paused. */
export interface Pause {
  /** ISO 8601, as all times here. */
  readonly since: string;
  /** Who paused it, if known. */
  readonly by?: string;
  readonly reason?: string;
  /** The pause document cannot be read, so mirroring is paused until it can. */
  readonly isUnknown?: true;
}

/** A pause that has ended. */
interface EndedPause {
  readonly since: string;
  readonly until: string;
}

/** The pause document, which every worker reads. */
export interface PauseState {
  /** Null: mirroring is not paused. */
  readonly paused: Pause | null;
  /** The last ones, the newest first: paused time does not count as age of what waited. */
  readonly ended: readonly EndedPause[];
}

export const NEVER_PAUSED_STATE: PauseState = { paused: null, ended: [] };

/** How long mirroring was paused between `since` and `now`, in milliseconds. */
export function pausedMs({ paused, ended }: PauseState, since: Date, now: Date): number {
  const spans = ended.map((each) => [Date.parse(each.since), Date.parse(each.until)] as const);
  if (paused !== null) spans.push([Date.parse(paused.since), now.getTime()]);
  return spans
    .map(([from, until]) => Math.min(until, now.getTime()) - Math.max(from, since.getTime()))
    .reduce((sum, ms) => sum + Math.max(0, ms), 0);
}

const MAX_REASON_LENGTH = 500;
/** No control characters: terminals, which show the reason, would obey them. */
const PLAIN = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;

const REQUEST = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(MAX_REASON_LENGTH, `has more than ${MAX_REASON_LENGTH} characters`)
    .regex(PLAIN, 'must be one line without control characters')
    .optional(),
});

/**
 * The body of `POST /api/pause`: `{reason?}`.
 *
 * @throws BlobmirrorError `request-invalid`
 */
export function parsePauseRequest(body: unknown): Pick<Pause, 'reason'> {
  const parsed = REQUEST.safeParse(body);
  if (parsed.success) return parsed.data.reason === undefined ? {} : { reason: parsed.data.reason };
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
  throw new BlobmirrorError('request-invalid', `the request is invalid: ${wrong.join('; ')}`);
}
