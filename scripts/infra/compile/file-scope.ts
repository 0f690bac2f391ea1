import type { BicepFile, Expression, Loop } from '../bicep/ast.ts';

/** What names mean at one place of a file. */
export interface FileScope {
  readonly file: BicepFile;
  /** How the item and the index of a loop are had, by their names. */
  readonly loops: ReadonlyMap<string, string>;
  readonly lambdas: ReadonlySet<string>;
  /** Texts of files, by the argument of `loadTextContent`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The same place inside a loop: the item is had by an index, which is the loop's own or one that is asked for. */
export function insideLoop(
  scope: FileScope,
  loop: Loop | undefined,
  toArm: (expression: Expression, scope: FileScope) => string,
  index = 'copyIndex()',
): FileScope {
  if (loop === undefined) return scope;
  const loops = new Map(scope.loops);
  loops.set(loop.item, `${toArm(loop.over, scope)}[${index}]`);
  if (loop.index !== undefined) loops.set(loop.index, index);
  return { ...scope, loops };
}
