import { BlobmirrorError } from '../model/errors.ts';

/**
 * Setting an owner takes more than writing does: over a token the role of an owner of all data, over a SAS two letters
 * of its own. Who lacks it is refused for every path alike, so that for a while nothing more is tried.
 */
export interface AccessRights {
  /** Whether it was refused a short while ago. */
  areMissing(): boolean;
  /**
   * Does a request that sets an owner or a list.
   * @returns false when the service refused it for that
   */
  try<Result>(request: () => Promise<Result>): Promise<Result | 'not-permitted'>;
}

/** So long a right that was given to the mirror may stay unused. */
const REMEMBERED_MS = 600_000;

/** What a caller may not do: learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update, 403. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'AuthorizationPermissionMismatch',
  'InsufficientAccountPermissions',
]);

/** @param now milliseconds */
export function createAccessRights(now: () => number): AccessRights {
  let missingUntil = Number.NEGATIVE_INFINITY;
  return {
    areMissing: () => now() < missingUntil,
    try: async (request) => {
      try {
        return await request();
      } catch (error) {
        if (!isRefusal(error)) throw error;
        missingUntil = now() + REMEMBERED_MS;
        return 'not-permitted';
      }
    },
  };
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof BlobmirrorError &&
    error.context['status'] === 403 &&
    REFUSALS.has(error.context['service'])
  );
}
