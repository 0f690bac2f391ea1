import { z } from 'zod';
import { BlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';
import { ADOPT_BY } from '../model/adoption.ts';
import type { ReconcileRequest } from './run.ts';

const container = z.string().transform((text, context): ContainerName => {
  try {
    return parseContainerName(text);
  } catch {
    context.addIssue(`${JSON.stringify(text.slice(0, 80))} is no valid container name`);
    return z.NEVER;
  }
});

const schema = z.strictObject({
  container: container.optional(),
  prefix: z
    .string()
    .max(1024)
    .refine((text) => text.isWellFormed(), 'contains half a surrogate pair')
    .optional(),
  dryRun: z.boolean().default(false),
  allowDeletes: z.array(container).default([]),
  deleteForeign: z.array(container).default([]),
  adopt: z.enum(ADOPT_BY).optional(),
});

/**
 * The body of `POST /api/reconcile`: `{container?, prefix?, dryRun?, allowDeletes?, deleteForeign?, adopt?}`.
 *
 * @throws BlobmirrorError `request-invalid`, with one line that names the fields
 */
export function parseReconcileRequest(value: unknown, reason: ReconcileRequest['reason']): ReconcileRequest {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    );
    throw new BlobmirrorError('request-invalid', `the request is invalid: ${lines.join('; ')}`);
  }
  const { container: only, prefix, dryRun, allowDeletes, deleteForeign, adopt } = parsed.data;
  return {
    ...(only !== undefined && { container: only }),
    ...(prefix !== undefined && prefix !== '' && { prefix }),
    dryRun,
    allowDeletes,
    ...(deleteForeign.length > 0 && { deleteForeign }),
    ...(adopt !== undefined && { adopt }),
    reason,
  };
}
