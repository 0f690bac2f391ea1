import { theServiceClock } from '../../clock/the-service-clock.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Key } from '../../model/key.ts';
import { isBlob } from '../../model/reading.ts';
import type { AccountInspector } from '../../ports/account-inspector.ts';
import { judge, type Judgement, type Sides } from './judge.ts';
import { createSlots } from '../../ports/slots.ts';
import type { Verification } from './verification.ts';
import type { View } from './view.ts';

export type Examined = Exclude<Judgement, { outcome: 'moving' }> | { readonly outcome: 'still-moving' };

/** Milliseconds between looks: at first, and at most. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 10_000;
/** Keys that wait are cheap; those that are read at a time are requests on the wire. */
const LOOKS_AT_A_TIME = 64;
const inLookSlot = createSlots(LOOKS_AT_A_TIME);
/** A key that would not come to rest is watched for this many times the settling time. */
const PATIENCE = 3;

/**
 * Looks at a key that two listings disagree on, and tells a difference from a change that the mirror is about to
 * follow. A listing only nominates: nothing is said before both sides were read. Where the mirror holds the key for
 * done, by its stamp, any difference is one at once; where it is behind, only after the source was at rest for the
 * settling time. A change of access alone is followed by no event, so it is one at once but where the backup is so
 * young that its access may be still to come.
 */
export async function examine(task: Verification, key: Key, signal: AbortSignal): Promise<Examined> {
  const until = performance.now() + PATIENCE * task.settleMs;
  let version: string | undefined;
  let restsSince = theServiceClock.now().getTime();

  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    const sides = await inLookSlot(async () => await look(task, key));
    const seen = sides.source?.reading.etag ?? 'absent';
    if (seen !== version) [version, restsSince] = [seen, restingSince(sides.source)];
    const judgement = await judge(task, key, sides);
    const behind = judgement.outcome === 'differs' && judgement.behind;
    const rested =
      theServiceClock.now().getTime() - (behind === 'in-access' ? restingSince(sides.backup) : restsSince);
    if (judgement.outcome !== 'moving' && (behind === false || rested >= task.settleMs)) return judgement;
    if (signal.aborted || performance.now() > until) return { outcome: 'still-moving' };
    const untilSettled = Math.max(task.settleMs - rested, FIRST_WAIT);
    await sleep(Math.min(wait, untilSettled), undefined, { signal }).catch(() => {});
  }
}

/** What is there tells when it changed; when it vanished nobody knows, so that counts from now. */
function restingSince(side: View | undefined): number {
  return Math.min(theServiceClock.now().getTime(), side?.reading.lastModified.getTime() ?? Infinity);
}

/** In either order: a stamp that names the version that was read at the source proves that both speak of one version. */
async function look({ source, backup, policy }: Verification, key: Key): Promise<Sides> {
  const tags = policy.tags === 'mirror';
  const [onSource, onBackup] = await Promise.all([view(source, key, tags), view(backup, key, tags)]);
  return { source: onSource, backup: onBackup };
}

async function view(account: AccountInspector, key: Key, tags: boolean): Promise<View | undefined> {
  const reading = await account.read(key);
  if (!reading.present) return undefined;
  const tagged = tags && isBlob(reading) && (reading.tagCount ?? 0) > 0;
  return { reading, tags: tagged ? await account.readTags(key) : {} };
}
