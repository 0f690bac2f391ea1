import {
  getAccessControl,
  getStatus,
  setAccessControl,
  setAccessControlRecursive,
} from './access-control.ts';
import { appendData, flush } from './write-file.ts';
import { createDirectory, createFile } from './create-path.ts';
import { deletePath } from './delete-path.ts';
import { listPaths } from './list-paths.ts';
import { renamePath } from './rename-path.ts';
import type { Route } from './serve-paths.ts';

type Matches = Route['matches'];

const action =
  (verb: string, name: string): Matches =>
  (method, query) =>
    method === verb && query.get('action') === name;

const resource =
  (verb: string, name: string): Matches =>
  (method, query) =>
    method === verb && query.get('resource') === name;

/**
 * The Python SDK, and so az, deletes a file by the same URL as the Blob API. In Azure the host distinguishes
 * the two; here only the Accept header does: JSON or XML.
 */
function isPlainDelete(query: URLSearchParams, accept: string | undefined): boolean {
  const isOther = ['restype', 'comp', 'snapshot', 'versionid'].some((name) => query.has(name));
  return accept === 'application/json' && !isOther;
}

/**
 * The Data Lake API: learn.microsoft.com/rest/api/storageservices/datalakestoragegen2. File systems,
 * properties, metadata, leases and reads use the Blob API, as in the SDKs.
 */
export const routes: readonly Route[] = [
  {
    name: 'Path_Rename',
    rights: 'BlockBlob_Upload',
    matches: (method, _query, headers) => method === 'PUT' && headers['x-ms-rename-source'] !== undefined,
    run: renamePath,
  },
  {
    name: 'Path_CreateFile',
    rights: 'BlockBlob_Upload',
    matches: resource('PUT', 'file'),
    run: createFile,
  },
  {
    name: 'Path_CreateDirectory',
    rights: 'BlockBlob_Upload',
    matches: resource('PUT', 'directory'),
    run: createDirectory,
  },
  { name: 'Path_Append', rights: 'BlockBlob_Upload', matches: action('PATCH', 'append'), run: appendData },
  { name: 'Path_Flush', rights: 'BlockBlob_Upload', matches: action('PATCH', 'flush'), run: flush },
  {
    name: 'Path_Delete',
    rights: 'Blob_Delete',
    matches: (method, query, headers) =>
      method === 'DELETE' &&
      (query.has('recursive') || query.has('paginated') || isPlainDelete(query, headers.accept)),
    run: deletePath,
  },
  {
    name: 'FileSystem_ListPaths',
    rights: 'Container_ListBlobFlatSegment',
    matches: resource('GET', 'filesystem'),
    run: listPaths,
  },
  {
    name: 'Path_GetAccessControl',
    rights: 'Blob_GetProperties',
    matches: action('HEAD', 'getAccessControl'),
    run: getAccessControl,
  },
  {
    name: 'Path_GetStatus',
    rights: 'Blob_GetProperties',
    matches: action('HEAD', 'getStatus'),
    run: getStatus,
  },
  {
    name: 'Path_SetAccessControl',
    rights: 'Blob_SetMetadata',
    matches: action('PATCH', 'setAccessControl'),
    run: setAccessControl,
  },
  {
    name: 'Path_SetAccessControlRecursive',
    rights: 'Blob_SetMetadata',
    matches: action('PATCH', 'setAccessControlRecursive'),
    run: setAccessControlRecursive,
  },
];
