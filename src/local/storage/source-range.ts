import type { Context } from './azurite-model.ts';
import { storageError } from './storage-error.ts';

/** `bytes=first-last` or `bytes=first-` against a blob of so many bytes. Beyond its end: 416 `InvalidRange`. */
export function parseSourceRange(
  header: string | undefined,
  bytes: number,
  context: Context,
): { start: number; length: number } {
  if (header === undefined) return { start: 0, length: bytes };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header) ?? [];
  const start = Number(first);
  const end = last ? Number(last) : bytes - 1;
  if (first === undefined || end < start)
    throw storageError(context, 400, 'InvalidHeaderValue', 'The source range is not in the correct format.', {
      HeaderName: 'x-ms-source-range',
    });
  if (start >= bytes)
    throw storageError(context, 416, 'InvalidRange', 'The source range is beyond the end of the source.');
  return { start, length: Math.min(end, bytes - 1) - start + 1 };
}
