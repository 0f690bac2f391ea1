import type { Activity, ActivityMinute } from '../model/activity.ts';
import {
  type ActivityDocument,
  type MinuteDocument,
  MINUTES_KEPT,
  MOST_CONTAINERS,
  MOST_COPIED_AGAIN,
  toMinute,
} from '../model/activity-document.ts';
import { addHistograms, lagPercentile } from '../model/lag-histogram.ts';

const MINUTE_MS = 60_000;

/** What many workers did in the last hour, as if one had done it all. */
export function mergeActivity(documents: readonly ActivityDocument[], now: Date): Activity {
  const oldest = toMinute(now.getTime()) - MINUTES_KEPT;
  const minutes = documents
    .flatMap((document) => document.minutes)
    // What lies ahead was told by a clock that is wrong.
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
      .flatMap(({ copiedAgain }) => copiedAgain)
      .toSorted((one, other) => (one.at < other.at ? 1 : -1))
      .slice(0, MOST_COPIED_AGAIN),
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

/** The latest time of each container, of those that changed last. */
function mergeLastMirrored(documents: readonly ActivityDocument[], now: Date): Record<string, string> {
  const end = new Date(now.getTime() + MINUTE_MS).toISOString();
  const latest = documents
    .flatMap(({ lastMirrored }) => Object.entries(lastMirrored))
    .filter(([, at]) => at <= end)
    .toSorted(([, a], [, b]) => (a < b ? 1 : -1));
  const merged = new Map<string, string>();
  for (const [container, at] of latest) {
    if (merged.size === MOST_CONTAINERS) break;
    if (!merged.has(container)) merged.set(container, at);
  }
  return Object.fromEntries(merged);
}

function sum(parts: readonly MinuteDocument[], of: (part: MinuteDocument) => number): number {
  return parts.reduce((total, part) => total + of(part), 0);
}
