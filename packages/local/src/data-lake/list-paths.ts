import { toPermissions } from './acl.ts';
import { toContinuation, toPath, walk } from './walk.ts';
import { type Node, isDirectory, pathOf } from './entry.ts';
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

function toListedPath(node: Node, name: string): object {
  const { properties, entry } = node.document;
  const created = new Date(properties.creationTime ?? properties.lastModified).getTime();
  return {
    name,
    contentLength: String(properties.contentLength ?? 0),
    ...(isDirectory(node) && { isDirectory: 'true' }),
    etag: unquoted(properties),
    lastModified: new Date(properties.lastModified).toUTCString(),
    creationTime: String(BigInt(created + fileTimeEpochMs) * 10_000n),
    owner: entry.owner,
    group: entry.group,
    permissions: toPermissions(entry),
  };
}
