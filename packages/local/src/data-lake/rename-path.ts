import { isAzuriteError, validateReadConditions, validateWriteConditions } from '../azurite/azurite.ts';
import { refuseBadName } from '../requests/blob-names.ts';
import { deleteNode } from './deleted-paths.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { type Node, toSegments } from './namespace.ts';
import { PathError, pathErrors } from './path-error.ts';
import { metadataOf, versionHeaders } from './path-properties.ts';
import { type PathPlace, type PathRequest, conditionsOf, pathUrl, renameSourceOf } from './path-request.ts';

/**
 * Path Create with `x-ms-rename-source`: moves a file or directory with everything below it to another place,
 * in this or another file system, in one step and in constant time. ETags and times do not change. A file may
 * replace a file; a directory may replace an empty directory. (Azure's code for a directory that is not empty
 * is inferred from its table of codes.)
 */
export function renamePath(lake: Lake, request: PathRequest): PathAnswer {
  const { account, container, path } = request;
  const from = renameSourceOf(request);
  refuseBadName(request.context, path);
  refuseOutsideSas(request, from.container);
  const moved = lake.store.write(() => move(lake, request, from));
  lake.report(request, {
    api: moved.kind === 'directory' ? 'RenameDirectory' : 'RenameFile',
    sourceUrl: pathUrl(lake.origin, account, from.container, from.path),
    destinationUrl: pathUrl(lake.origin, account, container, path),
  });
  return { status: 201, headers: versionHeaders(moved) };
}

function move(lake: Lake, request: PathRequest, from: PathPlace): Node {
  const { account, container, path } = request;
  const { namespace } = lake;
  const source = namespace.node(account, from.container, from.path);
  if (source === undefined || !source.isCommitted)
    throw new PathError(404, 'SourcePathNotFound', 'The source path for a rename operation does not exist.');
  validateSource(request, source);

  const segments = toSegments(path);
  const segment = segments.pop();
  const parent = segment === undefined ? undefined : namespace.node(account, container, segments.join('/'));
  if (segment === undefined || parent?.kind !== 'directory')
    throw new PathError(
      404,
      'RenameDestinationParentPathNotFound',
      'The parent directory of the destination path does not exist.',
    );
  const isDirectory = source.kind === 'directory';
  if (isDirectory && namespace.isWithin(parent, source)) throw renamedIntoItself();
  const there = namespace.node(account, container, path);
  validateDestination(request, there);
  const isInPlace = there?.id === source.id;
  if (isInPlace && isDirectory) throw renamedIntoItself();
  if (there !== undefined && !isInPlace) removeDestination(lake, source, there);
  if (!isInPlace) namespace.move(source, parent, segment);

  const metadata = metadataOf(request);
  if (metadata !== undefined) {
    source.metadata = isDirectory ? { ...metadata, hdi_isfolder: 'true' } : metadata;
    namespace.changed(source);
  }
  return source;
}

/**
 * The SAS of a container grants nothing on a source in another one; the SAS of a blob grants nothing on any
 * source.
 */
function refuseOutsideSas({ query, container }: PathRequest, sourceContainer: string): void {
  const resource = query.get('sr');
  if (resource !== null && (resource !== 'c' || sourceContainer !== container))
    throw new PathError(
      403,
      'AuthorizationPermissionMismatch',
      'This request is not authorized to perform this operation using this permission.',
    );
}

function validateSource(request: PathRequest, source: Node): void {
  try {
    validateReadConditions(request.context, conditionsOf(request, 'x-ms-source-'), source);
  } catch (error) {
    // An unmet condition of a read can be 304; this is a write.
    if (!isAzuriteError(error)) throw error;
    throw new PathError(
      412,
      'SourceConditionNotMet',
      'The source condition specified using HTTP conditional header(s) is not met.',
    );
  }
}

function validateDestination(request: PathRequest, there: Node | undefined): void {
  const conditions = conditionsOf(request);
  if (conditions.ifNoneMatch === '*' && there?.isCommitted) throw pathErrors.exists(there.kind);
  validateWriteConditions(request.context, conditions, there ?? null);
}

/** Removes the destination where Azure would replace it. */
function removeDestination(lake: Lake, source: Node, there: Node): void {
  if (source.kind !== there.kind)
    throw new PathError(
      409,
      'InvalidSourceOrDestinationResourceType',
      'The source and destination resource type must be identical.',
    );
  const { namespace } = lake;
  if (there.kind === 'directory' && namespace.hasChildren(there)) throw pathErrors.exists('directory');
  deleteNode(lake, there);
}

function renamedIntoItself(): PathError {
  return new PathError(
    409,
    'InvalidRenameSourcePath',
    'The source directory cannot be the same as the destination directory, nor can the destination be a ' +
      'subdirectory of the source directory.',
  );
}
