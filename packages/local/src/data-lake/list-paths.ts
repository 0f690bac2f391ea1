import { rfc1123 } from '../listings/xml-text.ts';
import { toPermissions } from './acl.ts';
import { toContinuation, toPath, walk } from './walk.ts';
import { type Entry, type Node, isDirectory, pathOf } from './entry.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { pathErrors } from './path-error.ts';
import { unquoted } from './path-properties.ts';
import { type PathRequest, numberOf } from './path-request.ts';

const longestPage = 5000;
/** Milliseconds from 1601, where Windows file times begin, to 1970. */
const fileTimeEpochMs = 11_644_473_600_000;

/** Path List: the content of a directory, or of the whole file system. */
export function listPaths(lake: Lake, request: PathRequest): PathAnswer {
  const { account, container, query } = request;
  const path = query.get('directory') ?? '';
  const directory = lake.namespace.find(account, container, path);
  if (directory === undefined && path.replaceAll('/', '') === '') return { status: 200, body: { paths: [] } };
  if (directory === undefined) throw pathErrors.notFound();
  if (!isDirectory(directory)) throw pathErrors.conflict();

  const size = Math.min(numberOf(request, 'maxResults') ?? longestPage, longestPage);
  if (size === 0) throw pathErrors.invalidQuery('maxResults');
  const after = toPath(query.get('continuation'));
  const from = query.get('beginFrom');
  const toListedPath = createListedPath();
  const paths: object[] = [];
  let last = '';
  for (const node of walk(directory, {
    recursive: query.get('recursive') === 'true',
    ...(after !== undefined && { after }),
    ...(from !== null && { from: `${path}/${from}` }),
  })) {
    if (!node.document.isCommitted) continue;
    if (paths.length === size)
      return { status: 200, headers: { 'x-ms-continuation': toContinuation(last) }, body: { paths } };
    last = pathOf(node);
    paths.push(toListedPath(node, last));
  }
  return { status: 200, body: { paths } };
}

type ListedPath = (node: Node, name: string) => object;

/** Most paths of a page have the same list, which takes longer to read than all the rest. */
function createListedPath(): ListedPath {
  const permissions = new Map<string, string>();
  const permissionsOf = (entry: Entry) => {
    const key = `${entry.sticky} ${entry.acl}`;
    let text = permissions.get(key);
    if (text === undefined) permissions.set(key, (text = toPermissions(entry)));
    return text;
  };
  return (node, name) => {
    const { properties, entry } = node.document;
    const created = new Date(properties.creationTime ?? properties.lastModified).getTime();
    return {
      name,
      contentLength: String(properties.contentLength ?? 0),
      ...(isDirectory(node) && { isDirectory: 'true' }),
      etag: unquoted(properties),
      lastModified: rfc1123(new Date(properties.lastModified)),
      // In steps of 100 nanoseconds.
      creationTime: `${created + fileTimeEpochMs}0000`,
      owner: entry.owner,
      group: entry.group,
      permissions: permissionsOf(entry),
    };
  };
}
