import type { BlobmirrorError, Disposition } from './errors.ts';

const GRAVEST_FIRST: readonly Disposition[] = ['retry', 'park', 'fatal', 'ignore'];

/**
 * The one of several errors that decides what becomes of their event, undefined when there is none: one that may pass
 * comes first, since the next try meets the others again, and one that is to be ignored last, since it would drop them.
 */
export function gravestError(errors: readonly BlobmirrorError[]): BlobmirrorError | undefined {
  const rank = ({ disposition }: BlobmirrorError): number => GRAVEST_FIRST.indexOf(disposition);
  return errors.toSorted((one, other) => rank(one) - rank(other))[0];
}
