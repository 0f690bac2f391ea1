import { refuseUnsupportedHeaders, unsupported } from '../storage/unsupported-requests.ts';
import type { PathRequest } from './path-request.ts';

/** What Azure knows of requests of the Data Lake API and this storage has not, besides what the Blob API lacks. */
const headers = ['x-ms-content-crc64', 'x-ms-lease-action', 'x-ms-lease-duration', 'x-ms-proposed-lease-id'];

/** Query parameters that say what an operation is about and that none of the Data Lake API's has. */
const parameters = ['comp', 'deletetype', 'restype', 'showonly', 'snapshot', 'versionid'];

/** Whether a request is one of the Data Lake API, be there an operation for it or not. */
export function isPathRequest(query: URLSearchParams): boolean {
  return query.has('action') || query.has('resource');
}

/** The refusal of a request of the Data Lake API that there is no operation for. */
export function missingOperation({ context, query }: PathRequest): Error {
  const name = query.has('action') ? 'action' : 'resource';
  return unsupported(context, 'query parameter', name, query.get(name) ?? '');
}

/** @throws AzuriteError 400 for what would be ignored otherwise */
export function refuseUnsupportedPaths({ context, query }: PathRequest): void {
  for (const name of parameters)
    if (query.has(name)) throw unsupported(context, 'query parameter', name, query.get(name) ?? '');
  refuseUnsupportedHeaders(context, context.request, headers);
}
