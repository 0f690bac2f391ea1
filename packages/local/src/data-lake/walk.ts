import { type Node, isDirectory, pathOf, toSegments } from './entry.ts';
import { pathErrors } from './path-error.ts';

export interface WalkOptions {
  /** Includes everything below its directories. */
  readonly recursive: boolean;
  /** Only paths after this one. */
  readonly after?: string;
  /** Only paths from this one on; relative to the container, like `after`. */
  readonly from?: string;
  /** Only children of the directory whose names have this prefix, and everything below them. */
  readonly prefix?: string;
}

/**
 * The content of a directory in the order in which hierarchical accounts list: as if `/` sorted before every
 * other character, so that a directory's content follows it directly
 * (github.com/Azure/azure-sdk-for-go/issues/24210). Takes time for the paths it yields, and for sorting a
 * directory once after each change of it.
 */
export function* walk(directory: Node, options: WalkOptions): Generator<Node> {
  const depth = toSegments(pathOf(directory)).length;
  const start = options.after ?? options.from;
  // A start outside the directory is before or after all of it.
  const segments = start === undefined ? [] : toSegments(start);
  const own = toSegments(pathOf(directory));
  const order = comparePaths(segments.slice(0, depth), own);
  if (order > 0) return;
  const begin = order < 0 || segments.length < depth ? [] : segments.slice(depth);
  for (const node of walkFrom(
    directory,
    begin,
    options.after === undefined,
    options.recursive,
    options.prefix ?? '',
  ))
    yield node;
}

function* walkFrom(
  directory: Node,
  [first, ...rest]: readonly string[],
  inclusive: boolean,
  recursive: boolean,
  prefix: string,
): Generator<Node> {
  const children = sortedChildren(directory);
  const begin = first === undefined || first < prefix ? prefix : first;
  for (let index = lowerBound(children, begin); index < children.length; index++) {
    const child = children[index];
    if (child === undefined || !child.document.entry.segment.startsWith(prefix)) return;
    const isStart = child.document.entry.segment === first;
    if (!isStart || (rest.length === 0 && inclusive)) yield child;
    if (recursive && isDirectory(child)) yield* walkFrom(child, isStart ? rest : [], inclusive, true, '');
  }
}

function comparePaths(left: readonly string[], right: readonly string[]): number {
  for (const [index, segment] of left.entries()) {
    const other = right[index] ?? '';
    if (segment !== other) return segment < other ? -1 : 1;
  }
  return 0;
}

function sortedChildren(directory: Node): readonly Node[] {
  directory.sorted ??= [...(directory.children?.values() ?? [])].toSorted((left, right) =>
    left.document.entry.segment < right.document.entry.segment ? -1 : 1,
  );
  return directory.sorted;
}

/** The index of the first node whose segment is not before the given one. */
function lowerBound(nodes: readonly Node[], segment: string): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((nodes[middle]?.document.entry.segment ?? '') < segment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Continues after this path. */
export function toContinuation(path: string): string {
  return Buffer.from(path).toString('base64url');
}

/** @throws PathError for a token that is not valid */
export function toPath(continuation: string | null): string | undefined {
  if (!continuation) return undefined;
  const path = Buffer.from(continuation, 'base64url').toString();
  if (toContinuation(path) !== continuation) throw pathErrors.invalidQuery('continuation');
  return path;
}
