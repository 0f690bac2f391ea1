/**
 * The heart: make the backup agree with the source for one key. It never asks what happened; it reads both sides and
 * makes them agree, so events may be late, doubled, out of order or lost and the result is the same.
 * docs/semantics.md numbers the invariants that the comments name. This room sees no SDK and reads no event.
 */
import { BlobmirrorError } from '../model/errors.js';
import { type Key, keyText } from '../model/key.js';
import type { BlobPresent } from '../model/reading.js';
import type { Verdict } from '../model/verdict.js';
import type { BlobReader } from '../ports/blob-reader.js';
import { apply, type Pair } from './apply.js';
import { decide } from './decide.js';
import { LONGEST_PRELUDE_MS } from './longest-prelude.js';

/** How often one call reads again because somebody else moved, before the key is left to a later message. */
const MOST_ROUNDS = 10;

/**
 * Makes the backup agree with the source for one key.
 *
 * Requests: in sync 2, overwrite 3, delete 3, new 4; two more for the first blob of a container, and for tags; as many
 * again for each lost race. A long copy takes more: two for each of its parts.
 *
 * @throws BlobmirrorError of any storage code, or `race-lost` when the key would not come to rest
 */
export async function converge(pair: Pair, key: Key): Promise<Verdict> {
  const { source, backup, policy } = pair;
  const sides = { source: source.account, backup: backup.account };
  const lastStart = performance.now() + LONGEST_PRELUDE_MS;
  let done: Verdict | undefined;
  for (let round = 0; round < MOST_ROUNDS && performance.now() <= lastStart; round++) {
    // Invariant 2: the backup first. The ETag that a write below carries is then never younger than what was seen
    // of the source, and a blob that was mirrored in between makes the write fail.
    const onBackup = await backup.read(key);
    const onSource = await source.read(key);
    const applied = await apply(pair, key, decide(sides, onSource, onBackup, policy));
    if ('again' in applied) {
      done = applied.done ?? done;
      continue;
    }
    done = summarize(done, applied.verdict);
    if (applied.createdFrom === undefined) return done;
    // Invariant 5: If-None-Match: * cannot tell "never there" from "deleted meanwhile", so what was created from
    // nothing is followed by one more reading of the source.
    if (!(await hasMoved(source, key, applied.createdFrom))) return done;
  }
  throw new BlobmirrorError('race-lost', `${keyText(key)} would not come to rest`);
}

async function hasMoved(source: BlobReader, key: Key, since: BlobPresent): Promise<boolean> {
  const now = await source.read(key);
  return !now.present || now.etag !== since.etag;
}

/** After a round that wrote, a round that finds all in sync does not take the first one's verdict away. */
function summarize(earlier: Verdict | undefined, latest: Verdict): Verdict {
  return latest.verdict === 'in-sync' && earlier !== undefined ? earlier : latest;
}
