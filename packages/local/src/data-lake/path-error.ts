import { busy, isOfDisk } from '../requests/refuse-requests.ts';
import { isAzuriteError } from '../azurite/azurite.ts';

/** There is a file where a directory must be, or the reverse. Each API has its own answer. */
export class PathConflict extends Error {}

/** An error answer of the Data Lake API. The message reaches the client: no secrets in it. */
export class PathError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The Data Lake API's codes for errors of the Blob API. */
const names: Readonly<Record<string, readonly [code: string, message: string]>> = {
  BlobNotFound: ['PathNotFound', 'The specified path does not exist.'],
  ContainerNotFound: ['FilesystemNotFound', 'The specified filesystem does not exist.'],
  BlobAlreadyExists: ['PathAlreadyExists', 'The specified path already exists.'],
  ResourceTypeMismatch: [
    'PathConflict',
    'The specified path, or an element of the path, exists and its resource type is invalid for this operation.',
  ],
};

/** Codes and messages: learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path. */
export const pathErrors = {
  notFound: () => named(404, 'BlobNotFound'),
  conflict: () => named(409, 'ResourceTypeMismatch'),
  exists: (kind: 'file' | 'directory') =>
    named(409, 'BlobAlreadyExists', { 'x-ms-existing-resource-type': kind }),
  invalidHeader: (name: string) =>
    new PathError(400, 'InvalidHeaderValue', `The value of the header ${name} is not in the correct format.`),
  invalidQuery: (name: string) =>
    new PathError(400, 'InvalidQueryParameterValue', `The value of the query parameter ${name} is invalid.`),
};

function named(status: number, blobCode: string, headers: Record<string, string> = {}): PathError {
  const [code, message] = names[blobCode] ?? [blobCode, blobCode];
  return new PathError(status, code, message, headers);
}

/** Any error as an answer of the Data Lake API. Unexpected errors reveal no details. */
export function toPathError(error: unknown): PathError {
  if (error instanceof PathError) return error;
  if (error instanceof PathConflict) return pathErrors.conflict();
  if (isOfDisk(error)) return new PathError(busy.status, busy.code, busy.message);
  if (!isAzuriteError(error))
    return new PathError(500, 'InternalError', 'The server encountered an internal error.');
  const { statusCode, storageErrorCode, storageErrorMessage } = error;
  return storageErrorCode in names
    ? named(statusCode, storageErrorCode)
    : new PathError(statusCode, storageErrorCode, storageErrorMessage);
}
