import { refuseBadName } from '../requests/blob-names.ts';
import { newETag, validateWriteConditions } from '../azurite/azurite.ts';
import type { Blob, PathAccess } from '../store/blob.ts';
import { accessOf } from './access.ts';
import type { Lake, PathAnswer } from './lake.ts';
import type { Node } from './namespace.ts';
import { pathErrors } from './path-error.ts';
import { contentHeadersOf, metadataOf, unquoted, versionHeaders } from './path-properties.ts';
import { type PathRequest, conditionsOf } from './path-request.ts';

/** Path Create with `resource=file`: an empty file, replacing an existing one. */
export async function createFile(lake: Lake, request: PathRequest): Promise<PathAnswer> {
  const { account, container, path, context } = request;
  const there = lake.namespace.node(account, container, path);
  refuseExisting(there, request);
  if (there?.kind === 'directory') throw pathErrors.conflict();
  const access = accessOf(request, parentAccess(lake, request), 'file');

  const now = context.startTime;
  const blob: Blob = {
    accountName: account,
    containerName: container,
    name: path,
    snapshot: '',
    isCommitted: true,
    kind: 'file',
    writer: 'path',
    access,
    metadata: metadataOf(request),
    properties: {
      contentType: 'application/octet-stream',
      ...contentHeadersOf(request),
      creationTime: now,
      lastModified: now,
      etag: newETag(),
      contentLength: 0,
      blobType: 'BlockBlob',
      leaseStatus: 'unlocked',
      leaseState: 'available',
      serverEncrypted: true,
      accessTier: 'Hot',
      accessTierInferred: true,
    },
  };
  const lease = { leaseId: request.header('x-ms-lease-id') };
  await lake.createBlob(context, blob, lease, conditionsOf(request));
  const { contentType, blobType } = blob.properties;
  lake.report(request, {
    api: 'CreateFile',
    eTag: unquoted(blob.properties),
    ...(contentType !== undefined && { contentType }),
    contentLength: 0,
    contentOffset: 0,
    ...(blobType !== undefined && { blobType }),
  });
  return { status: 201, headers: versionHeaders(blob) };
}

/**
 * Path Create with `resource=directory`. An existing directory keeps its content and takes the given
 * properties.
 */
export function createDirectory(lake: Lake, request: PathRequest): PathAnswer {
  refuseBadName(request.context, request.path);
  const node = lake.store.write(() => makeDirectory(lake, request));
  lake.report(request, { api: 'CreateDirectory' });
  return { status: 201, headers: versionHeaders(node) };
}

function makeDirectory(lake: Lake, request: PathRequest): Node {
  const { namespace } = lake;
  const { account, container, path, context } = request;
  const there = namespace.node(account, container, path);
  refuseExisting(there, request);
  validateWriteConditions(context, conditionsOf(request), there ?? null);
  const access = accessOf(request, parentAccess(lake, request), 'directory');
  const metadata = metadataOf(request);
  const node = namespace.makeDirectory(account, container, path);
  node.metadata = { ...metadata, hdi_isfolder: 'true' };
  if (there === undefined || isAccessGiven(request)) node.access = access;
  Object.assign(node.properties, contentHeadersOf(request), {
    etag: newETag(),
    lastModified: context.startTime,
  });
  namespace.changed(node);
  return node;
}

function refuseExisting(there: Node | undefined, request: PathRequest): void {
  if (there?.isCommitted && request.header('if-none-match') === '*') throw pathErrors.exists(there.kind);
}

/** Access of the directory of a new path, or of its nearest ancestor that exists. */
function parentAccess({ namespace }: Lake, { account, container, path }: PathRequest): PathAccess {
  return namespace.nearestDirectory(account, container, path.split('/').slice(0, -1).join('/')).access;
}

function isAccessGiven(request: PathRequest): boolean {
  return ['x-ms-permissions', 'x-ms-acl', 'x-ms-owner', 'x-ms-group'].some(
    (name) => request.header(name) !== undefined,
  );
}
