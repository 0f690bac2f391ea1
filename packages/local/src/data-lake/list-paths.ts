import { rfc1123 } from '../listings/xml-text.ts';
import type { PathAccess } from '../store/blob.ts';
import { toPermissions } from './acl.ts';
import type { Lake, PathAnswer } from './lake.ts';
import type { Node } from './namespace.ts';
import { pathErrors } from './path-error.ts';
import { unquoted } from './path-properties.ts';
import { type PathRequest, numberOf } from './path-request.ts';
import { continuationOf, toContinuation, walk } from './walk.ts';

const longestPage = 5000;
/** Milliseconds from 1601, where Windows file times begin, to 1970. */
const fileTimeEpochMs = 11_644_473_600_000;

/** Path List: the content of a directory, or of the whole file system. */
export function listPaths({ namespace, store }: Lake, request: PathRequest): PathAnswer {
  const { account, container, query } = request;
  const path = query.get('directory') ?? '';
  const directory = namespace.node(account, container, path);
  if (directory === undefined) throw pathErrors.notFound();
  if (directory.kind !== 'directory') throw pathErrors.conflict();

  const size = Math.min(numberOf(request, 'maxResults') ?? longestPage, longestPage);
  if (size === 0) throw pathErrors.invalidQuery('maxResults');
  const after = continuationOf(request);
  const from = query.get('beginFrom');
  const toListedPath = createListedPath();
  const paths: object[] = [];
  let last = '';
  for (const node of walk(store.listing, directory, {
    recursive: query.get('recursive') === 'true',
    ...(after !== undefined && { after }),
    ...(from !== null && { from: `${path}/${from}` }),
  })) {
    if (!node.isCommitted) continue;
    if (paths.length === size)
      return { status: 200, headers: { 'x-ms-continuation': toContinuation(last) }, body: { paths } };
    last = node.name;
    paths.push(toListedPath(node));
  }
  return { status: 200, body: { paths } };
}

/** Most paths of a page have the same list, which takes longer to read than all the rest. */
function createListedPath(): (node: Node) => object {
  const permissions = new Map<string, string>();
  const permissionsOf = (access: PathAccess) => {
    const key = `${access.sticky} ${access.acl}`;
    let text = permissions.get(key);
    if (text === undefined) permissions.set(key, (text = toPermissions(access)));
    return text;
  };
  return ({ name, kind, properties, access }) => {
    const created = (properties.creationTime ?? properties.lastModified).getTime();
    return {
      name,
      contentLength: String(properties.contentLength ?? 0),
      ...(kind === 'directory' && { isDirectory: 'true' }),
      etag: unquoted(properties),
      lastModified: rfc1123(properties.lastModified),
      // In steps of 100 nanoseconds.
      creationTime: `${created + fileTimeEpochMs}0000`,
      owner: access.owner,
      group: access.group,
      permissions: permissionsOf(access),
    };
  };
}
