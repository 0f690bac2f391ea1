import type {
  AccessControlType,
  PathAccessControlItem,
  PathPermissions,
  RolePermissions,
} from '@azure/storage-file-datalake';

const KINDS: readonly AccessControlType[] = ['user', 'group', 'mask', 'other'];

/**
 * An access control list in the service's own text, as its SDK takes it: `default:user:id:r-x` and the like.
 * @throws Error for an entry of another form: better no list than one that lacks an entry
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

/** `rwxr-x--t`, where the last letter tells the sticky bit as well. */
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
