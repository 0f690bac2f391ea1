import { pathErrors } from './path-error.ts';

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
