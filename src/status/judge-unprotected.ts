import type { Problem } from '../api/health-codes.ts';
import { formatDuration } from '../api/statement.ts';
import type { RecordedKeys } from '../api/unprotected.ts';
import { isOfLetters, mayHideKeys } from '../model/unprotected.ts';

const MAX_REASONS = 3;

/**
 * Keys that have been unprotected for longer than the threshold, and that nobody has acknowledged; and purged dead letters
 * that named no key. No key is named.
 */
export function judgeUnprotected(recorded: RecordedKeys, now: Date, withinMs: number): readonly Problem[] {
  return [...judgeKeys(recorded, now, withinMs), ...judgeLetters(recorded, now, withinMs)];
}

function judgeKeys(
  { keys, counted = [], isComplete, isWhole = isComplete }: RecordedKeys,
  now: Date,
  withinMs: number,
): readonly Problem[] {
  const code = 'unprotected-keys' as const;
  const ageOf = (since: string | undefined): number => ageAt(now, since);
  const open = [
    ...keys.filter(({ acknowledged }) => acknowledged !== true).map((key) => ({ ...key, count: 1 })),
    ...counted
      .filter((row) => !isOfLetters(row))
      .map(({ acknowledged = 0, ...row }) => ({ ...row, count: row.count - acknowledged })),
  ].filter(({ since, count }) => count > 0 && ageOf(since) > withinMs);
  if (open.length === 0) {
    if (isWhole) return [];
    const detail =
      'There may be unprotected keys that the record does not name: it was damaged, or it is full. The next complete full sync begins it anew.';
    return [{ code, detail, severity: 'warning' }];
  }
  const byReason = new Map<string, number>();
  for (const { reason, count } of open) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  const reasons = [...byReason].toSorted(([, one], [, other]) => other - one);
  const all = reasons.reduce((sum, [, count]) => sum + count, 0);
  const named = reasons
    .slice(0, MAX_REASONS)
    .map(([reason, count]) => `${reason} (${count.toLocaleString('en')})`);
  const more = reasons.length > MAX_REASONS ? ' and others' : '';
  const oldestMs = Math.max(...open.map(({ since }) => ageOf(since)));
  const what = `${isComplete ? '' : 'At least '}${all.toLocaleString('en')} ${all === 1 ? 'key is' : 'keys are'} not protected and not acknowledged`;
  const detail = `${what}, the oldest for ${formatDuration(oldestMs)}; the threshold is ${formatDuration(withinMs)}: ${named.join(', ')}${more}.`;
  return [{ code, detail }];
}

/** A warning, unless keys may have been in them and the threshold is over. */
function judgeLetters({ counted = [] }: RecordedKeys, now: Date, withinMs: number): readonly Problem[] {
  const open = counted
    .filter((row) => isOfLetters(row))
    .map(({ acknowledged = 0, ...row }) => ({ ...row, count: row.count - acknowledged }))
    .filter(({ count }) => count > 0);
  if (open.length === 0) return [];
  const all = open.reduce((sum, { count }) => sum + count, 0);
  const reasons = [...new Set(open.map(({ reason }) => reason))].join(', ');
  const what = `${all.toLocaleString('en')} purged dead letter${all === 1 ? '' : 's'} named no key (${reasons})`;
  const hiding = open.filter(({ reason }) => mayHideKeys(reason));
  const detail = `${what}${hiding.length === 0 ? '' : ', and may have held events'}. The next complete full sync clears this.`;
  const isOld = hiding.some(({ since }) => ageAt(now, since) > withinMs);
  return [{ code: 'unprotected-keys', detail, ...(!isOld && { severity: 'warning' as const }) }];
}

function ageAt(now: Date, since: string | undefined): number {
  return since === undefined ? 0 : now.getTime() - Date.parse(since);
}
