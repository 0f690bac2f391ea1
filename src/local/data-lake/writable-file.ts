import { type Node, isDirectory } from './entry.ts';
import type { Lake } from './lake.ts';
import { PathError, pathErrors } from './path-error.ts';
import type { PathRequest } from './path-request.ts';

const refusals = {
  append: ['InvalidAppendOperation', 'appended to'],
  flush: ['InvalidFlushOperation', 'written to'],
} as const;

/** The file at the path, which must have been made by this API: what the Blob API wrote takes no appends. */
export function writableFile(lake: Lake, request: PathRequest, action: 'append' | 'flush'): Node {
  const node = lake.namespace.find(request.account, request.container, request.path);
  if (node === undefined) throw pathErrors.notFound();
  if (isDirectory(node)) throw pathErrors.conflict();
  const [code, what] = refusals[action];
  if (node.document.entry.writer !== 'path')
    throw new PathError(
      409,
      code,
      `The resource was created or modified by the Blob Service API and cannot be ${what} by the Data Lake API.`,
    );
  return node;
}
