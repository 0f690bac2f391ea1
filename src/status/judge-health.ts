import type { ErrorCode } from '../model/errors.ts';
import type { HealthCode } from '../api/health-codes.ts';
import { refusedWhole, type VersionStatus } from '../model/service-version.ts';
import { formatDuration, formatSkew } from '../api/statement.ts';
import type { ClockStatus, DeadLetterCounts, Health, HealthProblem, RecoveryPoint } from '../api/status.ts';

/** What health is judged by. */
export interface HealthEvidence {
  readonly now: Date;
  /** Account names. */
  readonly source: string;
  readonly backup: string;
  readonly recovery: Pick<RecoveryPoint, 'proven' | 'live' | 'canary'>;
  /** What each could not be asked for; undefined: it answered. */
  readonly unreachable: Readonly<Record<'source' | 'backup' | 'queue' | 'state', ErrorCode | undefined>>;
  /** What the accounts took of the versions of the storage services that they were asked by. */
  readonly versions: Readonly<Record<'source' | 'backup', VersionStatus>>;
  /** Of the machine that judges. */
  readonly clock?: ClockStatus | { readonly state: 'right' };
  /** Why the canary cannot be written. */
  readonly canaryRefused: ErrorCode | undefined;
  /** The names of documents of the state that are there and cannot be read. */
  readonly damaged?: readonly string[];
  /** Mirroring stands still since the document of the pause cannot be read. */
  readonly isPauseUnknown?: boolean;
  readonly deadLetters: Pick<DeadLetterCounts, 'count' | 'acknowledged' | 'isComplete'>;
  /** When the mirror of this state was first known to be at work; undefined: not yet. */
  readonly firstStart: Date | undefined;
  /** When a worker last took a sample of it; undefined: none ever did. */
  readonly lastSample: Date | undefined;
}

export interface HealthLimits {
  readonly liveWithinMs: number;
  /** Undefined where no timer begins a full sync. */
  readonly provenWithinMs: number | undefined;
}

/** A worker takes a sample each minute. */
const SILENT_AFTER_MS = 5 * 60_000;

/** Told, and no reason to be called: everything is mirrored without it, and what it takes with it is judged as well. */
const HARMLESS: ReadonlySet<HealthCode> = new Set<HealthCode>([
  'canary-not-written',
  'document-damaged',
  'service-version-refused',
]);

interface Problem extends HealthProblem {
  readonly code: HealthCode;
}

/** Whether the mirror does what it promises, and what keeps it from that. Nothing here names a blob. */
export function judgeHealth(evidence: HealthEvidence, limits: HealthLimits): Health {
  const problems = [
    ...reach(evidence),
    ...versions(evidence),
    ...clockOff(evidence),
    ...silence(evidence),
    ...live(evidence, limits),
    ...canary(evidence, limits),
    ...proven(evidence, limits),
    ...pause(evidence),
    ...damagedDocuments(evidence),
    ...deadLetters(evidence),
  ];
  const isFailing = problems.some(({ code }) => !HARMLESS.has(code));
  return { status: isFailing ? 'failing' : 'ok', problems };
}

function reach({ unreachable, versions: of, source, backup }: HealthEvidence): readonly Problem[] {
  const names = {
    source: `The source account ${source} cannot be read`,
    backup: `The backup account ${backup} cannot be read`,
    queue: 'The queue of events cannot be looked at',
    state: "The mirror's own state cannot be read",
  };
  return (['source', 'backup', 'queue', 'state'] as const).flatMap((what) => {
    const code = unreachable[what];
    if (code === undefined) return [];
    const isOfVersion = code === 'service-version-refused' && (what === 'source' || what === 'backup');
    const why = isOfVersion ? `${code}: ${refusedWhole(of[what])}` : code;
    return [{ code: `${what}-unreachable` as const, detail: `${names[what]} now (${why}).` }];
  });
}

function versions({ versions: of, source, backup }: HealthEvidence): readonly Problem[] {
  const names = { source: `The source account ${source}`, backup: `The backup account ${backup}` };
  return (['source', 'backup'] as const).flatMap((what) => {
    const { refused, spoken, isRefusedWhole } = of[what];
    // One that refuses them all is not reached, which is told as such.
    if (isRefusedWhole || refused === undefined) return [];
    return [
      {
        code: 'service-version-refused' as const,
        detail: `${names[what]} refuses version ${refused} of the storage services, and is asked by ${spoken}.`,
      },
    ];
  });
}

function clockOff({ clock, unreachable }: HealthEvidence): readonly Problem[] {
  const code = 'clock-off' as const;
  if (clock === undefined || clock.state === 'right') return [];
  if (clock.state === 'unknown') {
    // Who does not answer tells no time, and is a problem of its own.
    if (unreachable.source !== undefined || unreachable.backup !== undefined) return [];
    const detail =
      'Whether the clock of the machine that tells this is right is not known: it has just jumped, or no two answers of an account agree on the time. It claims no live point until they do.';
    return [{ code, detail }];
  }
  const { aheadMs, of } = clock;
  return [
    {
      code,
      detail: `The clock of the machine that tells this is ${formatSkew(aheadMs)}, by that of the account ${of}: it claims no live point, and full syncs that it begins prove nothing.`,
    },
  ];
}

function silence({ now, lastSample }: HealthEvidence): readonly Problem[] {
  const silentMs = lastSample === undefined ? 0 : now.getTime() - lastSample.getTime();
  if (silentMs <= SILENT_AFTER_MS) return [];
  return [
    {
      code: 'app-silent',
      detail: `No worker has been heard of for ${formatDuration(silentMs)}: the app may be stopped.`,
    },
  ];
}

function live({ recovery }: HealthEvidence, { liveWithinMs }: HealthLimits): readonly Problem[] {
  const ageMs = recovery.live?.ageMs ?? 0;
  if (ageMs <= liveWithinMs) return [];
  return [
    {
      code: 'live-behind',
      detail: `Changes of ${formatDuration(ageMs)} ago wait in the queue; the threshold is ${formatDuration(liveWithinMs)}.`,
    },
  ];
}

function canary(
  { recovery, canaryRefused }: HealthEvidence,
  { liveWithinMs }: HealthLimits,
): readonly Problem[] {
  const { state, ageMs = 0 } = recovery.canary;
  if (state === 'off') return [];
  if (canaryRefused !== undefined)
    return [
      {
        code: 'canary-not-written',
        detail: `The canary cannot be written at the source (${canaryRefused}), so what Event Grid holds back is not seen.`,
      },
    ];
  if (ageMs <= liveWithinMs) return [];
  return [
    {
      code: 'canary-behind',
      detail: `The canary has been on its way for ${formatDuration(ageMs)}; the threshold is ${formatDuration(liveWithinMs)}.`,
    },
  ];
}

function proven(
  { now, recovery, firstStart }: HealthEvidence,
  { provenWithinMs }: HealthLimits,
): readonly Problem[] {
  if (provenWithinMs === undefined) return [];
  const threshold = `the threshold is ${formatDuration(provenWithinMs)}`;
  const code = 'proven-behind' as const;
  if (recovery.proven !== null) {
    const { ageMs } = recovery.proven;
    if (ageMs <= provenWithinMs) return [];
    return [
      {
        code,
        detail: `The last full sync that proves anything began ${formatDuration(ageMs)} ago; ${threshold}.`,
      },
    ];
  }
  // A mirror that has just begun has had no time for a full sync.
  const sinceMs = firstStart === undefined ? 0 : now.getTime() - firstStart.getTime();
  if (sinceMs <= provenWithinMs) return [];
  return [
    {
      code,
      detail: `No full sync has proved anything in the ${formatDuration(sinceMs)} since the first start; ${threshold}.`,
    },
  ];
}

function deadLetters({ deadLetters: letters }: HealthEvidence): readonly Problem[] {
  const open = letters.count - letters.acknowledged;
  const code = 'dead-letters' as const;
  if (open <= 0) {
    // None were seen where they could not be asked for, which is a problem of its own.
    if (letters.isComplete || letters.count === 0) return [];
    const seen = letters.count.toLocaleString('en');
    return [
      { code, detail: `There are more than ${seen} dead letters, too many to look for new ones among them.` },
    ];
  }
  const number = `${letters.isComplete ? '' : 'At least '}${open.toLocaleString('en')} dead letter${open === 1 ? '' : 's'}`;
  return [{ code, detail: `${number} not looked at yet: changes that are not mirrored.` }];
}

function pause({ isPauseUnknown = false }: HealthEvidence): readonly Problem[] {
  if (!isPauseUnknown) return [];
  const detail = 'The document of the pause cannot be read, so mirroring stands still.';
  return [{ code: 'pause-unknown', detail }];
}

function damagedDocuments({ damaged = [] }: HealthEvidence): readonly Problem[] {
  const [first] = damaged;
  if (first === undefined) return [];
  const more = damaged.length === 1 ? '' : ` and ${(damaged.length - 1).toLocaleString('en')} more`;
  const detail = `The document ${first}${more} of the state cannot be read: what ${damaged.length === 1 ? 'it' : 'they'} told is not known.`;
  return [{ code: 'document-damaged', detail }];
}
