import type { Position } from './bicep/ast.ts';

/** Something that is wrong, and where. */
export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly at?: Position | undefined;
  readonly message: string;
}

export function findingText({ rule, path, at, message }: Finding): string {
  const place = at === undefined ? path : `${path}:${at.line}:${at.column}`;
  return `${place} ${message} (${rule})`;
}
