import { type Metadata, parseStamp, type Stamp, STAMP_NAME } from './stamp.ts';

/**
 * What stands in the stamp's place while a copy is `partial`, or is whole and still `unverified`: a mark that holds the
 * stamp to come, which no reader takes for one. So the backup blob is never taken for one in step, and any worker can
 * tell that it is a copy of the very same version to go on with, and from which byte.
 *
 * On the wire: `v=partial;bytes=8388608;for=v=1;account=…`
 */
export type UnfinishedState = 'partial' | 'unverified';

/** Metadata without a stamp, where the user's own left no room, goes without a mark too. */
export function markUnfinished(metadata: Metadata, state: UnfinishedState, bytes: number): Metadata {
  const stamp = metadata[STAMP_NAME];
  if (stamp === undefined) return metadata;
  return { ...metadata, [STAMP_NAME]: `v=${state};bytes=${bytes};for=${stamp}` };
}

/** How many bytes are done of the unfinished copy that is to carry `wanted`; undefined when this is none of it. */
export function unfinishedBytes(
  metadata: Metadata,
  state: UnfinishedState,
  wanted: Metadata,
): number | undefined {
  const mark = metadata[STAMP_NAME];
  const bytes = /^v=\w+;bytes=(\d+);/.exec(mark ?? '')?.[1];
  if (bytes === undefined || mark !== markUnfinished(wanted, state, Number(bytes))[STAMP_NAME])
    return undefined;
  return Number(bytes);
}

/**
 * The mark of a copy of ours whose content is not whole, or not known to be what it should be: its MD5 proves nothing then.
 * `stamp` is the one to come. Undefined when there is no such mark.
 */
export function findUnfinishedCopy(metadata: Metadata): { readonly stamp: Stamp | undefined } | undefined {
  for (const [name, value] of Object.entries(metadata)) {
    const [, text] = /^v=(?:partial|unverified);(?:.*?;)?for=(.*)$/.exec(value) ?? [];
    if (name.toLowerCase() === STAMP_NAME && text !== undefined) return { stamp: parseStamp(text) };
  }
  return undefined;
}
