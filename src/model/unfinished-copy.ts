import { type Metadata, STAMP_NAME } from './stamp.js';

/**
 * What stands in the stamp's place while a copy is not whole, or is whole and not compared yet: a mark that names the
 * stamp to come, and that no reader takes for one. So the backup blob is never taken for one in step, and any worker
 * can tell that it is its own copy of the same version to go on with.
 *
 * On the wire: `v=partial;for=v=1;account=…`. The same under `v=unverified`, with the bytes compared so far.
 */
const PARTIAL = 'v=partial;for=';
const UNVERIFIED = 'v=unverified;compared=';

/** Metadata without a stamp, where the user's own left no room, goes without a mark too. */
export function markPartial(metadata: Metadata): Metadata {
  const stamp = metadata[STAMP_NAME];
  return stamp === undefined ? metadata : { ...metadata, [STAMP_NAME]: `${PARTIAL}${stamp}` };
}

/** Whether a blob's metadata is that of a partial copy that is to carry `wanted`. */
export function isPartialOf(metadata: Metadata, wanted: Metadata): boolean {
  const mark = metadata[STAMP_NAME];
  return mark !== undefined && mark === markPartial(wanted)[STAMP_NAME] && STAMP_NAME in wanted;
}

/** `compared`: how many bytes of both sides were read and found equal. */
export function markUnverified(metadata: Metadata, compared: number): Metadata {
  const stamp = metadata[STAMP_NAME];
  return stamp === undefined
    ? metadata
    : { ...metadata, [STAMP_NAME]: `${UNVERIFIED}${compared};for=${stamp}` };
}

/** The bytes compared so far, if this is the metadata of a whole copy that is to carry `wanted`. */
export function comparedOf(metadata: Metadata, wanted: Metadata): number | undefined {
  const mark = metadata[STAMP_NAME];
  const compared = /^v=unverified;compared=(\d+);/.exec(mark ?? '')?.[1];
  if (compared === undefined || markUnverified(wanted, Number(compared))[STAMP_NAME] !== mark)
    return undefined;
  return Number(compared);
}

/** Whether the content is not whole, or not known to be what it should be: its MD5 proves nothing then. */
export function isUnfinishedCopy(metadata: Metadata): boolean {
  return Object.entries(metadata).some(
    ([name, value]) =>
      name.toLowerCase() === STAMP_NAME && (value.startsWith(PARTIAL) || value.startsWith(UNVERIFIED)),
  );
}
