import { type Listing, compareNames } from '../store/listing.ts';
import { type Node, toNode, toSegments } from './namespace.ts';
import { pathErrors } from './path-error.ts';
import type { PathRequest } from './path-request.ts';

export interface WalkOptions {
  /** Includes everything below its directories. */
  readonly recursive: boolean;
  /** Only paths after this one. */
  readonly after?: string;
  /** Only paths from this one on; relative to the container, like `after`. */
  readonly from?: string;
  /** Only children of the directory whose names have this prefix, and everything below them. */
  readonly prefix?: string;
  /** Includes the snapshots of a file before the file, oldest first. */
  readonly snapshots?: boolean;
}

/**
 * The content of a directory in the order in which hierarchical accounts list: as if `/` sorted before every
 * other character, so that a directory's content follows it directly
 * (github.com/Azure/azure-sdk-for-go/issues/24210). Reads nothing that lies before the start: a large directory
 * batch by batch, each of many small ones by one query.
 */
export function* walk(listing: Listing, directory: Node, options: WalkOptions): Generator<Node> {
  const start = options.after ?? options.from;
  const segments = start === undefined ? [] : toSegments(start);
  const own = toSegments(directory.name);
  // A start outside the directory is before or after all of it.
  const order = comparePaths(segments.slice(0, own.length), own);
  if (order > 0) return;
  const below = order < 0 ? [] : segments.slice(own.length);
  yield* walkFrom(listing, directory, below, options, options.prefix ?? '');
}

function* walkFrom(
  listing: Listing,
  directory: Node,
  [first, ...rest]: readonly string[],
  options: WalkOptions,
  prefix: string,
): Generator<Node> {
  const above = directory.name === '' ? '' : `${directory.name}/`;
  const from = { name: first ?? prefix, isIncluded: true };
  for (const row of listing.rows(directory.id, prefix, from, options.snapshots)) {
    const segment = String(row[2]);
    const isStart = segment === first;
    const node = toNode(listing.toBlob(row, directory, above + segment));
    if (!isStart || (rest.length === 0 && options.after === undefined)) yield node;
    if (options.recursive && node.kind === 'directory' && node.snapshot === '')
      yield* walkFrom(listing, node, isStart ? rest : [], options, '');
  }
}

function comparePaths(left: readonly string[], right: readonly string[]): number {
  for (const [index, segment] of right.entries()) {
    const order = compareNames(left[index] ?? '', segment);
    if (order !== 0) return order;
  }
  return 0;
}

/** A token, for the client to send back, with which a listing continues after a path. */
export function toContinuation(path: string): string {
  return Buffer.from(path).toString('base64url');
}

/** The path of a token; undefined when the token is not valid. */
export function fromContinuation(token: string): string | undefined {
  const path = Buffer.from(token, 'base64url').toString();
  return toContinuation(path) === token ? path : undefined;
}

/** The path of the query parameter `continuation`, if any. @throws PathError when it is not valid */
export function continuationOf({ query }: PathRequest): string | undefined {
  const token = query.get('continuation');
  if (!token) return undefined;
  const path = fromContinuation(token);
  if (path === undefined) throw pathErrors.invalidQuery('continuation');
  return path;
}
