import { validateReadConditions, validateWriteConditions } from '../storage/azurite.ts';
import { aclOf, modeOf } from './access.ts';
import { formatAcl } from './acl.ts';
import type { Node } from './entry.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { PathError, pathErrors } from './path-error.ts';
import { accessHeaders, versionHeaders } from './path-properties.ts';
import { type PathRequest, conditionsOf } from './path-request.ts';
import { withPermissions } from './permissions.ts';

/** Path Get Properties with `action=getAccessControl`. */
export function getAccessControl(lake: Lake, request: PathRequest): PathAnswer {
  const node = nodeAt(lake, request);
  validateReadConditions(request.context, conditionsOf(request), node.document);
  const { entry } = node.document;
  return {
    status: 200,
    headers: { ...versionHeaders(node), ...accessHeaders(entry), 'x-ms-acl': entry.acl },
  };
}

/**
 * Path Update with `action=setAccessControl`: owner, group, and either the nine permissions or a whole list. The ETag
 * stays and no event is raised, so nobody finds such a change who does not look for it. (That the ETag stays is
 * inferred: it is the harder case for a mirror.)
 */
export function setAccessControl(lake: Lake, request: PathRequest): PathAnswer {
  const node = nodeAt(lake, request);
  const { entry } = node.document;
  validateWriteConditions(request.context, conditionsOf(request), node.document);
  const entries = aclOf(request, entry.kind);
  const mode = modeOf(request, 'x-ms-permissions');
  const owner = request.header('x-ms-owner');
  const group = request.header('x-ms-group');
  if (entries === undefined && mode === undefined && owner === undefined && group === undefined)
    throw new PathError(400, 'MissingRequiredHeader', 'There is nothing to set in the request.');

  if (entries !== undefined) entry.acl = formatAcl(entries);
  if (mode !== undefined) {
    entry.acl = withPermissions(entry.acl, mode.classes);
    entry.sticky = mode.sticky;
  }
  if (owner !== undefined) entry.owner = owner;
  if (group !== undefined) entry.group = group;
  lake.namespace.changed(node);
  return { status: 200, headers: versionHeaders(node) };
}

/** The path's node, or the root. @throws PathError for none */
export function nodeAt({ namespace }: Lake, { account, container, path }: PathRequest): Node {
  const node =
    path === '' ? namespace.makeDirectory(account, container, '') : namespace.find(account, container, path);
  if (node === undefined || !node.document.isCommitted) throw pathErrors.notFound();
  return node;
}
