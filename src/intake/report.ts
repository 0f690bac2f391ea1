import { theServiceClock } from '../clock/the-service-clock.ts';
import type { Hint } from '../model/hint.ts';
import { type Key, keyText } from '../model/key.ts';
import type { Rename } from '../model/rename.ts';
import { SKIP_HINTS } from '../model/skip-hints.ts';
import type { SkipReason, Verdict } from '../model/verdict.ts';
import type { Logger } from '../telemetry/logger.ts';
import { recordChange } from '../telemetry/metrics.ts';

/** What the next look is to find: nobody has to do anything. */
const WAITS_FOR: Partial<Record<SkipReason, string>> = {
  'source-still-written': 'content at the source, or an hour without any',
  'source-copy-pending': 'the end of the copy onto the source',
};

/** Tells of one look at a key: in the log, in the metrics. */
export function reportLook(
  log: Logger,
  hint: Hint,
  key: Key,
  verdict: Verdict,
  times: {
    readonly tookMs?: number;
    readonly lagMs?: number | undefined;
    /** Until the key is looked at again; undefined: it is not. */
    readonly nextLookMs?: number | undefined;
  },
): void {
  recordChange({
    likelySame: verdict.verdict === 'copied' && verdict.likelySame ? { path: key.path } : undefined,
    verdict: verdict.verdict,
    door: 'event',
    container: key.container,
    bytes: verdict.verdict === 'copied' ? verdict.bytes : undefined,
    lagMs: times.lagMs,
  });
  const fields = {
    key: keyText(key),
    ...verdict,
    event: hint.eventType,
    eventId: hint.eventId,
    ...times,
  };
  if (verdict.verdict === 'in-sync') log.debug('already in sync', fields);
  else if (verdict.verdict === 'skipped') {
    const waitsFor = times.nextLookMs === undefined ? undefined : WAITS_FOR[verdict.reason];
    if (waitsFor === undefined) log.warn('not mirrored', { ...fields, hint: SKIP_HINTS[verdict.reason] });
    else log.info('not mirrored yet', { ...fields, waitsFor });
  } else if (verdict.verdict === 'unfinished') log.info('copy goes on in another message', fields);
  else if ('access' in verdict) log.warn('mirrored without its access', fields);
  else log.info('mirrored', fields);
}

/** How long ago the change was, in milliseconds, by the clocks of the services. */
export function lagOf({ eventTime }: Pick<Hint, 'eventTime'>): number {
  return theServiceClock.now().getTime() - eventTime.getTime();
}

/** A file or a directory was renamed on the backup. */
export function reportRename(log: Logger, hint: Hint, { from, to }: Rename): void {
  const lagMs = lagOf(hint);
  recordChange({ verdict: 'renamed', door: 'event', container: to.container, lagMs });
  log.info('mirrored', {
    key: keyText(to),
    from: keyText(from),
    verdict: 'renamed',
    event: hint.eventType,
    eventId: hint.eventId,
    lagMs,
  });
}
