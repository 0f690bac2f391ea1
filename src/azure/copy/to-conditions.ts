import { etagHeader } from '../../model/etag.js';
import type { WriteCondition } from '../../ports/write-outcome.js';

/** A condition on the backup as the SDK takes it. */
export function toConditions(condition: WriteCondition): { ifNoneMatch: string } | { ifMatch: string } {
  return 'nothingThere' in condition ? { ifNoneMatch: '*' } : { ifMatch: etagHeader(condition.ifMatch) };
}
