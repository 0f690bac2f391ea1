import { z } from 'zod';
import { BlobmirrorError } from './errors.ts';
import type { Pause } from './pause.ts';

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
