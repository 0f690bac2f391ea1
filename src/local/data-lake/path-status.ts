import { validateReadConditions } from '../storage/azurite.ts';
import { nodeAt } from './access-control.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { accessHeaders, versionHeaders } from './path-properties.ts';
import { type PathRequest, conditionsOf } from './path-request.ts';

/** Path Get Properties with `action=getStatus`: what the system knows of a path, without metadata. */
export function getStatus(lake: Lake, request: PathRequest): PathAnswer {
  const node = nodeAt(lake, request);
  validateReadConditions(request.context, conditionsOf(request), node.document);
  const { properties, entry } = node.document;
  return {
    status: 200,
    headers: {
      ...versionHeaders(node),
      'content-length': String(properties.contentLength ?? 0),
      'x-ms-resource-type': entry.kind,
      ...accessHeaders(entry),
    },
  };
}
