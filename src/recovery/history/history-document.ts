import type { Health, RecoverySample } from '../../model/status.js';

export const HISTORY = 'recovery/history';

/** What is remembered of the last day: a document that is written each minute, so it is kept small. */
export interface HistoryDocument {
  /** When a worker first took a sample: the first start that is known. ISO 8601. */
  readonly since: string;
  /** Of the last sample. */
  readonly health: { readonly status: Health['status']; readonly codes: readonly string[] };
  /** The oldest first. */
  readonly samples: readonly Sample[];
}

/** When, in seconds since 1970, and three ages in milliseconds: proven, live, canary. */
type Sample = readonly [at: number, proven: number | null, live: number | null, canary: number | null];

const MOST_SAMPLES = 24 * 60;
const KEPT_SECONDS = 24 * 3600;
/** Others may take samples, too; more than one in so many seconds says nothing new. */
const LEAST_SECONDS = 30;

/** The document with one sample more; undefined when there is one of this moment already. */
export function addSample(
  before: HistoryDocument | undefined,
  { at, provenAgeMs, liveAgeMs, canaryAgeMs }: RecoverySample,
  health: Health,
): HistoryDocument | undefined {
  const seconds = Math.floor(Date.parse(at) / 1000);
  const last = before?.samples.at(-1)?.[0];
  if (last !== undefined && Math.abs(seconds - last) < LEAST_SECONDS) return undefined;
  const kept = (before?.samples ?? []).filter(([time]) => seconds - time < KEPT_SECONDS);
  const sample: Sample = [seconds, provenAgeMs, liveAgeMs, canaryAgeMs];
  return {
    since: before?.since ?? at,
    health: { status: health.status, codes: health.problems.map(({ code }) => code) },
    samples: [...kept, sample].slice(-MOST_SAMPLES),
  };
}

/** The live point of the newest sample that knew one, in milliseconds since 1970. */
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
