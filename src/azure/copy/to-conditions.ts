import { etagHeader } from '../../model/etag.ts';
import type { WriteCondition } from '../../ports/write-outcome.ts';

/** A condition on the backup as the SDK takes it. */
export function toConditions(condition: WriteCondition): { ifNoneMatch: string } | { ifMatch: string } {
  return 'nothingThere' in condition ? { ifNoneMatch: '*' } : { ifMatch: etagHeader(condition.ifMatch) };
}
