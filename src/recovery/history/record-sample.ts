import type { Status } from '../../model/status.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { changeDocument } from '../../ports/change-document.ts';
import { addSample, HISTORY, HISTORY_DOCUMENT } from './history-document.ts';

/** Remembers how the mirror is doing, and logs a line when its health turns: whichever worker wrote the sample does. */
export async function recordSample(documents: DocumentStore, log: Logger, status: Status): Promise<void> {
  const { at, recovery, health, statement } = status;
  const { found, isChanged } = await changeDocument(documents, HISTORY_DOCUMENT, HISTORY, (document) =>
    addSample(
      document,
      {
        at,
        provenAgeMs: recovery.proven?.ageMs ?? null,
        liveAgeMs: recovery.live?.ageMs ?? null,
        canaryAgeMs: recovery.canary.ageMs ?? null,
      },
      health,
    ),
  );
  if (found.state === 'damaged') {
    const { code, message, hint } = found.error;
    log.warn('the history of the last day is damaged; a new one is started', { code, detail: message, hint });
  }
  const former = found.state === 'there' ? found.value.health.status : 'ok';
  if (!isChanged || former === health.status) return;
  const fields = { statement, problems: health.problems };
  if (health.status === 'failing') log.warn('the mirror is not well', fields);
  else log.info('the mirror is well again', fields);
}
