import type { Hint } from '../model/hint.js';
import { type Key, keyText } from '../model/key.js';
import type { Rename } from '../model/rename.js';
import type { Verdict } from '../model/verdict.js';
import type { Logger } from '../telemetry/logger.js';

/** One line of the log for one look at a key. */
export function reportLook(
  log: Logger,
  hint: Hint,
  key: Key,
  verdict: Verdict,
  times: { readonly tookMs?: number; readonly lagMs?: number },
): void {
  const fields = {
    key: keyText(key),
    ...verdict,
    event: hint.eventType,
    eventId: hint.eventId,
    ...times,
  };
  if (verdict.verdict === 'in-sync') log.debug('already in sync', fields);
  else if (verdict.verdict === 'skipped') log.warn('not mirrored', fields);
  else if (verdict.verdict === 'unfinished') log.info('copy goes on in another message', fields);
  else if ('access' in verdict) log.warn('mirrored without its access', fields);
  else log.info('mirrored', fields);
}

/** A file or a directory was renamed on the backup. */
export function reportRename(log: Logger, hint: Hint, { from, to }: Rename): void {
  log.info('mirrored', {
    key: keyText(to),
    from: keyText(from),
    verdict: 'renamed',
    event: hint.eventType,
    eventId: hint.eventId,
    lagMs: Date.now() - hint.eventTime.getTime(),
  });
}
