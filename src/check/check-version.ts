import type { Finding } from '../model/finding.ts';
import { refusedWhole, type VersionStatus } from '../model/service-version.ts';

/**
 * Which version of the storage services the account takes, after it was asked for something.
 *
 * @param newest what it would be asked by
 */
export function checkVersion(check: string, of: string, newest: string, status: VersionStatus): Finding {
  const { refused, spoken, isTaken } = status;
  if (status.isRefusedWhole)
    return {
      check,
      of,
      status: 'problem',
      detail: `it refuses ${refusedWhole(status)}`,
    };
  if (!isTaken) return { check, of, status: 'unknown', detail: 'it answered to no version yet' };
  if (refused === undefined)
    return {
      check,
      of,
      status: 'ok',
      detail: `it is asked by version ${spoken ?? newest} of the storage services`,
    };
  return {
    check,
    of,
    status: 'warning',
    detail: `it refuses version ${refused} of the storage services, and is asked by ${spoken}`,
  };
}
