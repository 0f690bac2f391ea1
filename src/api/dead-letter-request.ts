import { z } from 'zod';
import type { DeadLetterSelection } from './dead-letter.ts';
import { BlobmirrorError } from '../model/errors.ts';

/** For more, select by code or container. */
const MAX_IDS = 10_000;

export interface DeadLetterRequest {
  readonly choice: DeadLetterSelection;
  readonly dryRun: boolean;
  readonly confirm: boolean;
}

const schema = z.strictObject({
  ids: z.array(z.string()).min(1).max(MAX_IDS).optional(),
  code: z.string().min(1).optional(),
  container: z.string().min(1).optional(),
  all: z.literal(true).optional(),
  dryRun: z.boolean().default(false),
  confirm: z.boolean().default(false),
});

/**
 * Which dead letters: `{ids}`, `{all: true}` or `{code?, container?}`; and `{dryRun?, confirm?}`.
 *
 * @throws BlobmirrorError `request-invalid`, with one line that names the fields
 */
export function parseDeadLetterRequest(value: unknown): DeadLetterRequest {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    );
    throw new BlobmirrorError('request-invalid', `the request is invalid: ${lines.join('; ')}`);
  }
  const { dryRun, confirm, ...choice } = parsed.data;
  const ways = [choice.ids, choice.all, choice.code ?? choice.container].filter((way) => way !== undefined);
  if (ways.length === 1) return { choice, dryRun, confirm };
  throw new BlobmirrorError(
    'request-invalid',
    'the request must select dead letters in one way: ids, all, or code and/or container',
  );
}
