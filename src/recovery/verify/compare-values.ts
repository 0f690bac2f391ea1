import type { Difference, DifferenceName } from '../../model/difference.ts';

/** One difference, or none. Undefined is what a side does not have. */
export function compareValues(
  difference: DifferenceName,
  source: string | undefined,
  backup: string | undefined,
): Difference[] {
  if (source === backup) return [];
  return [{ difference, ...(source !== undefined && { source }), ...(backup !== undefined && { backup }) }];
}
