import { type AclEntry, type Mode, formatAcl, newAcl, parseAcl, parseMode, withMask } from './acl.ts';
import type { BlobKind, PathAccess } from '../store/blob.ts';
import { PathError, pathErrors } from './path-error.ts';
import type { PathRequest } from './path-request.ts';

/** Owner and group of paths that an account key creates. */
const superuser = '$superuser';

/** Access control of a new path without access headers; `parent` is its directory's, absent for a root. */
export function defaultAccess(parent: PathAccess | undefined, kind: BlobKind): PathAccess {
  const { group = superuser, acl } = parent ?? {};
  return { owner: superuser, group, acl: newAcl(kind, acl), sticky: false };
}

/** Access control of a new path from the headers of its request. */
export function accessOf(request: PathRequest, parent: PathAccess, kind: BlobKind): PathAccess {
  const own = defaultAccess(parent, kind);
  const entries = aclOf(request, kind);
  const mode = modeOf(request, 'x-ms-permissions');
  const umask = modeOf(request, 'x-ms-umask');
  const acl =
    entries === undefined ? newAcl(kind, parent.acl, mode?.classes, umask?.classes) : formatAcl(entries);
  return {
    owner: request.header('x-ms-owner') ?? own.owner,
    group: request.header('x-ms-group') ?? own.group,
    acl,
    sticky: mode?.sticky ?? false,
  };
}

/** @throws PathError when the text is not a mode */
export function modeOf(request: PathRequest, header: 'x-ms-permissions' | 'x-ms-umask'): Mode | undefined {
  const text = request.header(header);
  if (text === undefined) return undefined;
  const mode = parseMode(text);
  if (mode === undefined) throw pathErrors.invalidHeader(header);
  return mode;
}

/** A whole list in `x-ms-acl`, with its masks. @throws PathError when it is not valid */
export function aclOf(request: PathRequest, kind: BlobKind): readonly AclEntry[] | undefined {
  const text = request.header('x-ms-acl');
  if (text === undefined) return undefined;
  if (request.header('x-ms-permissions') !== undefined)
    throw new PathError(
      400,
      'InvalidHeaderValue',
      'Permissions and an access control list exclude each other.',
    );
  const entries = parseAcl(text);
  if (entries === undefined || !isCompleteAcl(entries, kind)) throw pathErrors.invalidHeader('x-ms-acl');
  return withMask(entries);
}

/** Every list has an owner, a group and others; only directories have default entries. */
export function isCompleteAcl(entries: readonly AclEntry[], kind: BlobKind): boolean {
  const has = (isDefault: boolean) =>
    (['user', 'group', 'other'] as const).every((name) =>
      entries.some((entry) => entry.isDefault === isDefault && entry.kind === name && entry.id === ''),
    );
  const hasDefault = entries.some(({ isDefault }) => isDefault);
  return has(false) && (!hasDefault || (kind === 'directory' && has(true)));
}
