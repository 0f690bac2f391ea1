import { type Node, isDirectory, pathOf, toSegments } from './entry.ts';
import { pathErrors } from './path-error.ts';

export interface WalkOptions {
  /** Also what is below directories in it. */
  readonly recursive: boolean;
  /** Only paths that come after this one. */
  readonly after?: string;
  /** Only paths from this one on; as a path in the container, like `after`. */
  readonly from?: string;
  /** Only children of the directory whose name begins with this, and what is below them. */
  readonly prefix?: string;
}

/**
 * What is in a directory, in the order in which hierarchical accounts list: as if `/` came before every other
 * character, so what is in a directory follows it at once (github.com/Azure/azure-sdk-for-go/issues/24210).
 * Takes time for what it yields, and for sorting a directory once after a change of it.
 */
export function* walk(directory: Node, options: WalkOptions): Generator<Node> {
  const depth = toSegments(pathOf(directory)).length;
  const start = options.after ?? options.from;
  // A start outside the directory is before all of it or after all of it.
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

/** Where to go on: after this path. */
export function toContinuation(path: string): string {
  return Buffer.from(path).toString('base64url');
}

/** @throws PathError for a token that is none */
export function toPath(continuation: string | null): string | undefined {
  if (!continuation) return undefined;
  const path = Buffer.from(continuation, 'base64url').toString();
  if (toContinuation(path) !== continuation) throw pathErrors.invalidQuery('continuation');
  return path;
}
