/** Who may do what with a file or directory of a hierarchical account. */
export interface Access {
  readonly owner: string;
  readonly group: string;
  /** `rwxr-x---`, with `t` or `T` at its end where the sticky bit is set. */
  readonly permissions: string;
  /** The whole list as the service writes it, default entries of a directory included: `user::rwx,group::r-x,other::---`. */
  readonly acl: string;
}

/** The service appends a plus if there is an extended list; the list itself shows that. */
const EXTENDED = /\+$/;

/** Access as the service returns it for a path; undefined on a flat account. */
export function toAccess(
  owner: string | undefined,
  group: string | undefined,
  permissions: string | undefined,
  acl: string | undefined,
): Access | undefined {
  if (owner === undefined || group === undefined || permissions === undefined || acl === undefined)
    return undefined;
  return { owner, group, permissions: permissions.replace(EXTENDED, ''), acl };
}

/** Whether no known difference exists. */
export function isSameAccess(one: Access | undefined, other: Access | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  return (
    one.owner === other.owner &&
    one.group === other.group &&
    one.permissions === other.permissions &&
    isSameList(one.acl, other.acl)
  );
}

/** The order of entries has no meaning. */
function isSameList(one: string, other: string): boolean {
  return one === other || sorted(one) === sorted(other);
}

function sorted(acl: string): string {
  return acl.split(',').toSorted().join(',');
}
