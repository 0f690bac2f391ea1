/**
 * The heart: make the backup agree with the source for one key. It never asks what happened; it reads both sides and
 * makes them agree, so events may be late, doubled, out of order or lost and the result is the same.
 * docs/semantics.md numbers the invariants that the comments name. This room sees no SDK and reads no event.
 */
import { isSameAccess } from '../model/access.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type Key, keyText } from '../model/key.ts';
import { isBlob, isDirectory, type Reading } from '../model/reading.ts';
import { isOfDirectory, type Verdict } from '../model/verdict.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import { apply } from './apply.ts';
import type { Applied } from './applied.ts';
import { convergeAncestors, isModest, prepareParent } from './converge-above.ts';
import { decide } from './decide.ts';
import type { Decision, Sides } from './decision.ts';
import { LONGEST_PRELUDE_MS } from './longest-prelude.ts';
import type { Look } from './look.ts';
import { isForeign, ownershipOf } from './ownership.ts';
import { type Pair, sidesOf } from './pair.ts';
import { makeContainer } from './make-container.ts';
import type { Tree } from './tree.ts';

/** How often one call reads again because somebody else moved, before the key is left to a later message. */
const MOST_ROUNDS = 10;

/**
 * Makes the backup agree with the source for one key.
 *
 * Requests: in sync 2, overwrite 3, delete 3, new 4; two more for the first blob of a container, and for tags; as many
 * again for each lost race. A long copy takes more: two for each of its parts. On hierarchical accounts: one more for
 * the access of what is new, and two for a directory above it that was not seen lately.
 *
 * @throws BlobmirrorError of any storage code, or `race-lost` when the key would not come to rest
 */
export async function converge(given: Pair, key: Key, look: Look = {}): Promise<Verdict> {
  const pair = look.deleteForeign === true ? withLeave(given) : given;
  const { source, backup, policy, tree } = pair;
  const sides = sidesOf(pair);
  const lastStart = performance.now() + LONGEST_PRELUDE_MS;
  let done: Verdict | undefined;
  let { since } = look;
  for (let round = 0; round < MOST_ROUNDS && performance.now() <= lastStart; round++) {
    // Invariant 2: the backup first. The ETag that a write below carries is then never younger than what was seen
    // of the source, and a blob that was mirrored in between makes the write fail.
    const onBackup = await backup.read(key);
    const onSource = await source.read(key);
    const decision = decide(sides, onSource, onBackup, policy);
    const isLeft = look.isAbove === true && !isModest(decision);

    const isNew = !isLeft && (isOfSomethingNew(decision) || isOverForeign(sides, decision, onBackup));
    if (isNew && isWithoutContainer(onBackup)) await makeContainer(pair, key.container);
    if (tree !== undefined && isNew) {
      // What is known of the directory above may be why the round before was in vain.
      const parent = await prepareParent(tree, key, { isSure: round === 0 });
      if (parent === 'moved') continue;
      if (parent !== 'there') return parent;
      // It brings directories above it into being, too, if they went meanwhile: no earlier reading serves for those.
      since = undefined;
    }
    const applied = isLeft ? LEFT : await apply(pair, key, decision, look);
    if ('again' in applied) {
      done = applied.done ?? done;
      continue;
    }
    done = summarize(done, applied.verdict);
    // Invariant 5: If-None-Match: * cannot tell "never there" from "deleted meanwhile", so what was created from
    // nothing is followed by one more reading of the source. In a tree so is every write: a rename brings an ETag back
    // to a path, and a delete that stood still for that long would still find its condition met.
    const isReadAgain =
      applied.readAgain === 'always' || (applied.readAgain !== undefined && tree !== undefined);
    if (isReadAgain && (await hasMoved(source, key, onSource))) continue;
    if (tree !== undefined) await seeToTheTree(tree, key, onSource, done, since);
    return done;
  }
  throw new BlobmirrorError('race-lost', `${keyText(key)} would not come to rest`);
}

/** The user lets what is foreign go. */
function withLeave(pair: Pair): Pair {
  return { ...pair, policy: { ...pair.policy, foreign: 'delete' } };
}

const LEFT: Applied = { verdict: { verdict: 'in-sync' } };

function isOfSomethingNew(decision: Decision): boolean {
  switch (decision.action) {
    case 'copy':
      return 'nothingThere' in decision.condition;
    case 'make-directory':
      return true;
    default:
      return false;
  }
}

/** What stands below something foreign was not put into a directory that was brought in step before. */
function isOverForeign(sides: Sides, decision: Decision, onBackup: Reading): boolean {
  const isWritten = decision.action === 'copy' || decision.action === 'replace';
  return isWritten && isBlob(onBackup) && isForeign(ownershipOf(sides, onBackup));
}

function isWithoutContainer(reading: Reading): boolean {
  return !reading.present && reading.container === 'missing';
}

/** Remembers a directory that is in step, and sees to those above a key that the source lacks. */
async function seeToTheTree(
  tree: Tree,
  key: Key,
  source: Reading,
  verdict: Verdict,
  since: Date | undefined,
): Promise<void> {
  if (isDirectory(source)) {
    if (isOfDirectory(verdict)) tree.known.note(key, source.readAt);
  } else if (!source.present && source.container === 'exists') {
    await convergeAncestors(tree, key, since);
  }
}

async function hasMoved(source: BlobReader, key: Key, since: Reading): Promise<boolean> {
  const now = await source.read(key);
  if (!now.present || !since.present) return now.present !== since.present;
  return now.etag !== since.etag || !isSameAccess(now.access, since.access);
}

/**
 * After a round that wrote, a round that finds all in sync does not take the first one's verdict away; nor does the
 * making of a directory say by itself that what is below it was lost from sight.
 */
function summarize(earlier: Verdict | undefined, latest: Verdict): Verdict {
  if (earlier === undefined) return latest;
  const isReturned = earlier.verdict === 'directory-returned' && isOfDirectory(latest);
  return latest.verdict === 'in-sync' || isReturned ? earlier : latest;
}
