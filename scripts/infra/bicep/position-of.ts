import type { Node } from 'web-tree-sitter';
import type { Position } from './ast.ts';

export function positionOf({ startPosition: { row, column } }: Node): Position {
  return { line: row + 1, column: column + 1 };
}
