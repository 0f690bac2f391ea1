import { z } from 'zod';
import type { Health, RecoverySample, Status } from '../api/status.ts';
import { changeDocument, documentKind } from '../documents/change-document.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';

export const HISTORY = 'recovery/history';

/** The samples of the last day: a document that is written every minute, so it is small. */
export interface HistoryDocument {
  /** When a worker first took a sample, as far as is known. ISO 8601. */
  readonly since: string;
  /** Of the last sample. */
  readonly health: { readonly status: Health['status']; readonly codes: readonly string[] };
  /** The oldest first. */
  readonly samples: readonly Sample[];
}

/** Time in seconds since 1970, then the ages of proven, live and canary in milliseconds. */
type Sample = readonly [at: number, proven: number | null, live: number | null, canary: number | null];

const ageMs = z.number().min(0).nullable();

/**
 * If damaged, a new one begins with the next sample, within a minute: the samples of the last day are lost.
 */
export const HISTORY_DOCUMENT = documentKind<HistoryDocument>('the history of the last day', {
  format: 1,
}).of(
  z.object({
    since: z.iso.datetime(),
    health: z.object({ status: z.enum(['ok', 'failing']), codes: z.array(z.string()) }),
    samples: z.array(z.tuple([z.int().min(0), ageMs, ageMs, ageMs])),
  }),
);

const MAX_SAMPLES = 24 * 60;
const KEPT_SECONDS = 24 * 3600;
/** Several workers take samples; closer ones are dropped. */
const LEAST_SECONDS = 30;
/** A sample further ahead comes from a wrong clock. */
const AHEAD_SECONDS = 60;

/** The document with one more sample; undefined: there is a recent one. */
export function addSample(
  before: HistoryDocument | undefined,
  { at, provenAgeMs, liveAgeMs, canaryAgeMs }: RecoverySample,
  health: Health,
): HistoryDocument | undefined {
  const seconds = Math.floor(Date.parse(at) / 1000);
  const last = before?.samples.at(-1)?.[0];
  if (last !== undefined && Math.abs(seconds - last) < LEAST_SECONDS) return undefined;
  const kept = (before?.samples ?? []).filter(
    ([time]) => seconds - time < KEPT_SECONDS && time - seconds < AHEAD_SECONDS,
  );
  const sample: Sample = [seconds, provenAgeMs, liveAgeMs, canaryAgeMs];
  return {
    since: before === undefined || at < before.since ? at : before.since,
    health: { status: health.status, codes: health.problems.map(({ code }) => code) },
    samples: [...kept, sample].slice(-MAX_SAMPLES),
  };
}

/** Corrected by the service's time of its last write: no sample is later than that. */
export function believeHistory(
  document: HistoryDocument | undefined,
  writtenAt: Date | undefined,
): HistoryDocument | undefined {
  if (document === undefined || writtenAt === undefined) return document;
  const [end, last] = [writtenAt.toISOString(), Math.floor(writtenAt.getTime() / 1000)];
  return {
    ...document,
    since: document.since > end ? end : document.since,
    samples: document.samples.map(([at, ...ages]) => [Math.min(at, last), ...ages]),
  };
}

/** The newest known live recovery point, in milliseconds since 1970. */
export function lastLive({ samples }: HistoryDocument): number | undefined {
  const [at, , age] = samples.findLast(([, , live]) => live !== null) ?? [];
  return at === undefined || age === undefined || age === null ? undefined : at * 1000 - age;
}

export function toSamples(document: HistoryDocument | undefined): readonly RecoverySample[] {
  return (document?.samples ?? []).map(([at, provenAgeMs, liveAgeMs, canaryAgeMs]) => ({
    at: new Date(at * 1000).toISOString(),
    provenAgeMs,
    liveAgeMs,
    canaryAgeMs,
  }));
}

/** Adds a sample to the history. The worker that wrote it logs a change of health. */
export async function recordSample(documents: DocumentStore, log: Logger, status: Status): Promise<void> {
  const { at, recovery, health, statement } = status;
  const changing = changeDocument(documents, HISTORY_DOCUMENT, HISTORY, (document) =>
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
  const written = await changing.catch((thrown: unknown) => {
    // A newer release adds the samples.
    if (toBlobmirrorError(thrown).code === 'document-too-new') return undefined;
    throw thrown;
  });
  if (written === undefined) return;
  const { found, changed } = written;
  if (found.state === 'damaged') {
    const { code, message, hint } = found.error;
    log.warn('the history of the last day is damaged; a new one is started', { code, detail: message, hint });
  }
  const former = found.state === 'there' ? found.value.health.status : 'ok';
  if (changed === undefined || former === health.status) return;
  const fields = { statement, problems: health.problems };
  if (health.status === 'failing') log.warn('the mirror is not well', fields);
  else log.info('the mirror is well again', fields);
}
