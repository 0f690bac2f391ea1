import { theServiceClock } from '../clock/observed-clock.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Key } from '../model/key.ts';
import { isBlob } from '../model/reading.ts';
import type { AccountInspector } from '../ports/account-inspector.ts';
import { compareKey, type KeyComparison, type KeyViews } from './compare-key.ts';
import { createLimiter } from '../concurrency/limiter.ts';
import type { Verification, KeyView } from './verification.ts';

export type ExaminedKey = Exclude<KeyComparison, { kind: 'moving' }> | { readonly kind: 'still-moving' };

/** Milliseconds between reads: at first, and at most. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 10_000;
/** Waiting keys are cheap; reads are requests. */
const READS_AT_A_TIME = 64;
const inReadSlot = createLimiter(READS_AT_A_TIME);
/** A key that keeps changing is watched for this many times the settling time. */
const PATIENCE = 3;

/**
 * Reads a key that two listings disagree on and tells a difference from a change that the mirror is about to
 * follow. A listing only nominates: nothing is reported before both sides were read. If the stamp shows that
 * the mirror is done with the key, any difference is reported at once; if the backup is behind, only after
 * the source was unchanged for the settling time. A change of access alone raises no event, so it is reported
 * at once unless the backup is so young that its access may not be set yet.
 */
export async function examine(task: Verification, key: Key, signal: AbortSignal): Promise<ExaminedKey> {
  const until = performance.now() + PATIENCE * task.settleMs;
  let version: string | undefined;
  let restsSince = theServiceClock.now().getTime();

  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    const sides = await inReadSlot(async () => await readBoth(task, key));
    const seen = sides.source?.reading.etag ?? 'absent';
    if (seen !== version) [version, restsSince] = [seen, restingSince(sides.source)];
    const judgement = await compareKey(task, key, sides);
    const behind = judgement.kind === 'differs' && judgement.behind;
    const rested =
      theServiceClock.now().getTime() - (behind === 'in-access' ? restingSince(sides.backup) : restsSince);
    if (judgement.kind !== 'moving' && (behind === false || rested >= task.settleMs)) return judgement;
    if (signal.aborted || performance.now() > until) return { kind: 'still-moving' };
    const untilSettled = Math.max(task.settleMs - rested, FIRST_WAIT);
    await sleep(Math.min(wait, untilSettled), undefined, { signal }).catch(() => {});
  }
}

/** When the last change was. The time of a deletion is unknown, so it counts from now. */
function restingSince(side: KeyView | undefined): number {
  return Math.min(theServiceClock.now().getTime(), side?.reading.lastModified.getTime() ?? Infinity);
}

/** In any order: a stamp that names the version read at the source proves that both are of one version. */
async function readBoth({ source, backup, policy }: Verification, key: Key): Promise<KeyViews> {
  const tags = policy.tags === 'mirror';
  const [onSource, onBackup] = await Promise.all([readView(source, key, tags), readView(backup, key, tags)]);
  return { source: onSource, backup: onBackup };
}

async function readView(account: AccountInspector, key: Key, tags: boolean): Promise<KeyView | undefined> {
  const reading = await account.read(key);
  if (!reading.present) return undefined;
  const tagged = tags && isBlob(reading) && (reading.tagCount ?? 0) > 0;
  return { reading, tags: tagged ? await account.readTags(key) : {} };
}
