import { toBlobmirrorError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';

/**
 * The event subscription can be seen only by what it brings: to look at it takes rights on the source account's
 * resource, which a mirror has no need of.
 *
 * @param lastMirrored when the last change was mirrored within the last hour, by events
 */
export async function checkSubscription(
  source: string,
  queue: string,
  lastMirrored: () => Promise<Date | undefined>,
): Promise<Finding> {
  const about = { check: 'event-subscription', of: source };
  const fix = `az eventgrid event-subscription list --source-resource-id "$(az storage account show --name ${source} --query id --output tsv)" --query "[].{name: name, state: provisioningState, to: destination.resourceId, types: filter.includedEventTypes}"`;
  let last: Date | undefined;
  try {
    last = await lastMirrored();
  } catch (thrown) {
    return { ...about, status: 'unknown', detail: toBlobmirrorError(thrown).message, fix };
  }
  if (last !== undefined)
    return {
      ...about,
      status: 'ok',
      detail: `events come: the last change was mirrored at ${last.toISOString()}`,
    };
  return {
    ...about,
    status: 'unknown',
    detail: `no change was mirrored in the last hour: nothing was written, no worker runs, or no subscription delivers to ${queue}`,
    fix,
  };
}
