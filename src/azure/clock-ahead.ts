/** A Date header tells whole seconds, cut off. */
const HALF_A_SECOND_MS = 500;

/**
 * How far the clock of a service is ahead of ours, by the Date header of an answer. The request is taken to have been
 * answered in the middle of the time that it took.
 */
export function clockAheadMs(
  header: string | undefined,
  sentAt: number,
  answeredAt: number,
): number | undefined {
  const date = Date.parse(header ?? '');
  if (Number.isNaN(date)) return undefined;
  return date + HALF_A_SECOND_MS - (sentAt + answeredAt) / 2;
}
