import type {
  AccessControlType,
  PathAccessControlItem,
  PathPermissions,
  RolePermissions,
} from '@azure/storage-file-datalake';
import { BlobmirrorError } from '../../model/errors.ts';

const KINDS: readonly AccessControlType[] = ['user', 'group', 'mask', 'other'];

/**
 * An access control list in the service's own text, as its SDK takes it: `default:user:id:r-x` and the like.
 * @throws Error for an entry of another form: no list is better than one that lacks an entry
 */
export function toAccessControl(acl: string): PathAccessControlItem[] {
  return acl.split(',').map((text) => {
    const isDefault = text.startsWith('default:');
    const [type, entityId, permissions] = (isDefault ? text.slice('default:'.length) : text).split(':');
    const kind = KINDS.find((each) => each === type);
    if (kind === undefined || entityId === undefined || permissions?.length !== 3)
      throw new Error('the service answered with an access control list of an unknown form');
    return {
      defaultScope: isDefault,
      accessControlType: kind,
      entityId,
      permissions: toRole(permissions),
    };
  });
}

/** `rwxr-x--t`, where the last letter also shows the sticky bit. */
export function toPermissions(text: string): PathPermissions {
  return {
    owner: toRole(text.slice(0, 3)),
    group: toRole(text.slice(3, 6)),
    other: toRole(text.slice(6, 9)),
    stickyBit: isSticky(text),
    extendedAcls: false,
  };
}

export function isSticky(permissions: string): boolean {
  return /[tT]$/.test(permissions);
}

function toRole(letters: string): RolePermissions {
  return { read: letters[0] === 'r', write: letters[1] === 'w', execute: /^..[xt]$/.test(letters) };
}

/**
 * Setting an owner requires more rights than writing: the role of an owner of all data with a token, two
 * permissions of its own with a SAS. Without them every path is refused alike, so after a refusal no attempt
 * is made for a while.
 */
export interface AccessRights {
  /** Whether it was refused a short while ago. */
  isDenied(): boolean;
  /**
   * Does a request that sets an owner or a list.
   * @returns false when the service refused it for lack of rights
   */
  try<Result>(request: () => Promise<Result>): Promise<Result | 'not-permitted'>;
}

/** How long a newly granted right may stay unused. */
const REMEMBERED_MS = 600_000;

/**
 * Refusals for lack of rights: learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update,
 * 403.
 */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'AuthorizationPermissionMismatch',
  'InsufficientAccountPermissions',
]);

/** @param now milliseconds */
export function createAccessRights(now: () => number): AccessRights {
  let missingUntil = Number.NEGATIVE_INFINITY;
  return {
    isDenied: () => now() < missingUntil,
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
