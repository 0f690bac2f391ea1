import type { Activity, ActivityMinute } from '../../api/status.ts';
import { MAX_OFF_MS } from '../../clock/observed-clock.ts';
import { forEachLimited } from '../../concurrency/limiter.ts';
import { isTooNew, readDocument } from '../../documents/change-document.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { WorkerReport } from '../judge-workers.ts';
import {
  ACTIVITY_DOCUMENT,
  ACTIVITY_PREFIX,
  type ActivityDocument,
  MINUTES_KEPT,
  MAX_CONTAINERS,
  MAX_COPIED_AGAIN,
  type MinuteDocument,
  toMinute,
} from './activity-document.ts';
import { addHistograms, lagPercentile } from './lag-histogram.ts';

const KEPT_FOR_MS = 3_600_000;
const CONCURRENCY = 8;

/**
 * What all workers did in the last hour. Removes the documents of workers that did nothing for that long, and
 * damaged ones: a worker that is alive writes its document again at its next change.
 *
 * @param damaged called with the name of each damaged document: what that worker did is not known
 *
 * @throws BlobmirrorError of a storage code, when the documents cannot be read
 */
export async function readActivity(
  documents: Pick<DocumentStore, 'list' | 'read' | 'remove'>,
  now: Date,
  damaged: (name: string) => void = () => undefined,
): Promise<Activity & { readonly workers: readonly WorkerReport[] }> {
  const found: ActivityDocument[] = [];
  const workers: WorkerReport[] = [];
  for await (const names of documents.list(ACTIVITY_PREFIX)) {
    await forEachLimited(names, CONCURRENCY, async (name) => {
      const stored = await readDocument(documents, ACTIVITY_DOCUMENT, name);
      if (stored.state === 'damaged' && !isTooNew(stored)) {
        damaged(name);
        await documents.remove(name);
      }
      if (stored.state !== 'there') return;
      const said = Date.parse(stored.value.writtenAt);
      // The service's own time of the write, if it gives one.
      const writtenAt = stored.writtenAt?.getTime() ?? said;
      if (stored.value.worker?.hasStopped !== true) workers.push(toReport(name, stored.value, writtenAt));
      if (now.getTime() - writtenAt > KEPT_FOR_MS) await documents.remove(name);
      // Written by a worker of the former release whose clock was ahead: the times of its changes are not
      // known.
      else if (said <= writtenAt + MAX_OFF_MS && said <= now.getTime() + MAX_OFF_MS) found.push(stored.value);
    });
  }
  return { ...mergeActivity(found, now), workers };
}

function toReport(name: string, { worker }: ActivityDocument, writtenAt: number): WorkerReport {
  const seen = { id: name.slice(ACTIVITY_PREFIX.length), seenAt: new Date(writtenAt) };
  if (worker === undefined) return seen;
  const { startedAt, settings, scope, clockOff } = worker;
  return {
    ...seen,
    startedAt: new Date(startedAt),
    settings,
    ...(scope !== undefined && { scope }),
    ...(clockOff !== undefined && { clockOff }),
  };
}

const MINUTE_MS = 60_000;

/** The activity of many workers, added up. */
export function mergeActivity(documents: readonly ActivityDocument[], now: Date): Activity {
  const oldest = toMinute(now.getTime()) - MINUTES_KEPT;
  const minutes = documents
    .flatMap((document) => document.minutes)
    // A later time comes from a wrong clock.
    .filter(({ minute }) => minute > oldest && minute <= toMinute(now.getTime()) + 1)
    .toSorted((a, b) => a.minute - b.minute);
  const byMinute = Map.groupBy(minutes, ({ minute }) => minute);
  return {
    minutes: [...byMinute].map(([minute, parts]) => toActivityMinute(minute, parts)),
    changes: sum(minutes, ({ changes }) => changes),
    bytes: sum(minutes, ({ bytes }) => bytes),
    ...toPercentiles(minutes),
    lastMirrored: mergeLastMirrored(documents, now),
    copiedAgain: documents
      .flatMap(({ copiedAgain = [] }) => copiedAgain)
      .toSorted((one, other) => (one.at < other.at ? 1 : -1))
      .slice(0, MAX_COPIED_AGAIN),
  };
}

function toActivityMinute(minute: number, parts: readonly MinuteDocument[]): ActivityMinute {
  const byVerdict: Record<string, number> = {};
  for (const part of parts) {
    for (const [verdict, count] of Object.entries(part.byVerdict))
      byVerdict[verdict] = (byVerdict[verdict] ?? 0) + count;
  }
  return {
    at: new Date(minute * MINUTE_MS).toISOString(),
    changes: sum(parts, ({ changes }) => changes),
    bytes: sum(parts, ({ bytes }) => bytes),
    byVerdict,
    failed: sum(parts, ({ failed }) => failed),
    ...toPercentiles(parts),
  };
}

function toPercentiles(parts: readonly MinuteDocument[]): Pick<Activity, 'lagP50Ms' | 'lagP99Ms'> {
  const lags = addHistograms(parts.map((part) => part.lags));
  return { lagP50Ms: lagPercentile(lags, 0.5), lagP99Ms: lagPercentile(lags, 0.99) };
}

/** The latest change of each container, for those that changed last. */
function mergeLastMirrored(documents: readonly ActivityDocument[], now: Date): Record<string, string> {
  const end = new Date(now.getTime() + MINUTE_MS).toISOString();
  const latest = documents
    .flatMap(({ lastMirrored }) => Object.entries(lastMirrored))
    .filter(([, at]) => at <= end)
    .toSorted(([, a], [, b]) => (a < b ? 1 : -1));
  const merged = new Map<string, string>();
  for (const [container, at] of latest) {
    if (merged.size === MAX_CONTAINERS) break;
    if (!merged.has(container)) merged.set(container, at);
  }
  return Object.fromEntries(merged);
}

function sum(parts: readonly MinuteDocument[], of: (part: MinuteDocument) => number): number {
  return parts.reduce((total, part) => total + of(part), 0);
}
