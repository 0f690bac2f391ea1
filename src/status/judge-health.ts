import type { ErrorCode } from '../model/errors.ts';
import type { HealthCode, Problem } from '../api/health-codes.ts';
import { type FullSyncFindings, NO_FINDINGS } from '../api/full-sync-findings.ts';
import { refusedWhole, type VersionStatus } from '../model/service-version.ts';
import { NOTHING_ON_RECORD, type RecordedKeys } from '../api/unprotected.ts';
import { formatDuration, formatSkew } from '../api/statement.ts';
import type { ClockStatus, DeadLetterCounts, Health, RecoveryPoint } from '../api/status.ts';
import { type CredentialReport, judgeCredentials } from './judge-credentials.ts';
import {
  type OwnWorker,
  type Samples,
  type WorkerReport,
  commandDiffers,
  judgeSilence,
  otherClocksOff,
  settingsDiffer,
} from './judge-workers.ts';
import { judgeUnprotected } from './judge-unprotected.ts';
import { judgeFullSyncs } from './judge-full-syncs.ts';

/** The input of the judgement. */
export interface HealthEvidence {
  readonly now: Date;
  /** Account names. */
  readonly source: string;
  readonly backup: string;
  readonly recovery: Pick<RecoveryPoint, 'proven' | 'live' | 'canary'>;
  /** Why each could not be read; undefined: it answered. */
  readonly unreachable: Readonly<Record<'source' | 'backup' | 'queue' | 'state', ErrorCode | undefined>>;
  /** The API versions that the accounts accept. */
  readonly versions: Readonly<Record<'source' | 'backup', VersionStatus>>;
  /** The clock of the worker that judges. */
  readonly clock?: ClockStatus | { readonly state: 'right' } | undefined;
  /** Why the canary cannot be written. */
  readonly canaryRefused: ErrorCode | undefined;
  /** The names of damaged state documents. */
  readonly damaged?: readonly string[];
  /** The names of state documents in a format of a newer release. */
  readonly tooNew?: readonly string[];
  /** A sentence for each variable that is named like a setting and is none. */
  readonly unknownSettings?: readonly string[];
  /** The pause document cannot be read, so mirroring is paused. */
  readonly isPauseUnknown?: boolean;
  /** The record of unprotected keys. */
  readonly recorded?: RecordedKeys;
  readonly credentials?: readonly CredentialReport[];
  readonly findings?: FullSyncFindings;
  /** The workers that are at work. */
  readonly workers?: readonly WorkerReport[];
  /** The worker that judges: its own clock is judged as it is now. Undefined: a command judges. */
  readonly worker?: OwnWorker | undefined;
  /** Of a command: a digest of each setting that all workers should share, by its name. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  readonly deadLetters: Pick<DeadLetterCounts, 'count' | 'acknowledged' | 'isComplete'>;
  /** When the mirror of this state first worked; undefined: never yet. */
  readonly firstStart: Date | undefined;
  /** Undefined: the state is out of reach, or a sample is being taken. */
  readonly samples: Samples | undefined;
}

export interface HealthLimits {
  readonly liveWithinMs: number;
  /** How long a key may be unprotected. */
  readonly unprotectedWithinMs: number;
  /** Undefined: no timer starts full syncs. */
  readonly provenWithinMs: number | undefined;
}

/** Reported without failing health: all is mirrored, and any consequence is a problem of its own. */
const HARMLESS: ReadonlySet<HealthCode> = new Set<HealthCode>([
  'app-starting',
  'canary-not-written',
  'document-damaged',
  'document-too-new',
  'setting-unknown',
  'service-version-refused',
]);

/** Judges whether the mirror does what it promises. No detail names a blob, since health is public. */
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
    ...unreadDocuments(evidence),
    ...unknownSettings(evidence),
    ...judgeCredentials(evidence.credentials ?? [], evidence.now),
    ...settingsDiffer(evidence.workers ?? []),
    ...commandDiffers(evidence.settings ?? {}, evidence.workers ?? []),
    ...judgeUnprotected(evidence.recorded ?? NOTHING_ON_RECORD, evidence.now, limits.unprotectedWithinMs),
    ...judgeFullSyncs(evidence.findings ?? NO_FINDINGS),
    ...deadLetters(evidence),
  ].map((problem): Problem => (HARMLESS.has(problem.code) ? { ...problem, severity: 'warning' } : problem));
  const isFailing = problems.some(({ severity }) => severity === undefined);
  return { status: isFailing ? 'failing' : 'ok', problems };
}

function reach({ unreachable, versions: of, source, backup }: HealthEvidence): readonly Problem[] {
  const names = {
    source: `The source account ${source} cannot be read`,
    backup: `The backup account ${backup} cannot be read`,
    queue: 'The events queue cannot be read',
    state: "The mirror's state cannot be read",
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
    // An account that refuses all versions is reported as unreachable.
    if (isRefusedWhole || refused === undefined) return [];
    return [
      {
        code: 'service-version-refused' as const,
        detail: `${names[what]} refuses version ${refused} of the storage API, so requests use ${spoken}.`,
      },
    ];
  });
}

/** All wrong clocks are one problem. */
function clockOff({ clock, unreachable, workers = [], worker }: HealthEvidence): readonly Problem[] {
  const others = otherClocksOff(workers.filter(({ id }) => id !== worker?.id));
  const details = [...ownClockOff({ clock, unreachable, worker }), ...(others === undefined ? [] : [others])];
  return details.length === 0 ? [] : [{ code: 'clock-off', detail: details.join(' ') }];
}

function ownClockOff({
  clock,
  unreachable,
  worker,
}: Pick<HealthEvidence, 'clock' | 'unreachable' | 'worker'>): readonly string[] {
  if (clock === undefined || clock.state === 'right') return [];
  const whose = worker === undefined ? 'machine that runs this command' : 'worker that reports this';
  if (clock.state === 'unknown') {
    // An account that does not answer gives no time, and is a problem of its own.
    if (unreachable.source !== undefined || unreachable.backup !== undefined) return [];
    return [
      `The clock of the ${whose} is not confirmed: it has just jumped, or the answers of an account disagree on the time. Until then it claims no live recovery point.`,
    ];
  }
  const { aheadMs, of } = clock;
  return [
    `The clock of the ${whose} is ${formatSkew(aheadMs)}, compared with that of the account ${of}: it claims no live recovery point, and its full syncs prove nothing.`,
  ];
}

function silence({ now, samples, workers = [], worker }: HealthEvidence): readonly Problem[] {
  return samples === undefined ? [] : judgeSilence(samples, workers, now, worker);
}

function live({ recovery }: HealthEvidence, { liveWithinMs }: HealthLimits): readonly Problem[] {
  const ageMs = recovery.live?.ageMs ?? 0;
  if (ageMs <= liveWithinMs) return [];
  return [
    {
      code: 'live-behind',
      detail: `Changes have waited in the queue for ${formatDuration(ageMs)}; the threshold is ${formatDuration(liveWithinMs)}.`,
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
        detail: `The canary cannot be written to the source (${canaryRefused}), so a failure of Event Grid would not be noticed.`,
      },
    ];
  if (ageMs <= liveWithinMs) return [];
  return [
    {
      code: 'canary-behind',
      detail: `The canary has not arrived for ${formatDuration(ageMs)}; the threshold is ${formatDuration(liveWithinMs)}.`,
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
        detail: `The last complete, unrestricted full sync started ${formatDuration(ageMs)} ago; ${threshold}.`,
      },
    ];
  }
  // A new mirror has had no time for a full sync.
  const sinceMs = firstStart === undefined ? 0 : now.getTime() - firstStart.getTime();
  if (sinceMs <= provenWithinMs) return [];
  return [
    {
      code,
      detail: `No full sync has proved anything in the ${formatDuration(sinceMs)} since the first start; ${threshold}.`,
    },
  ];
}

function deadLetters({ deadLetters: counts }: HealthEvidence): readonly Problem[] {
  const open = counts.count - counts.acknowledged;
  const code = 'dead-letters' as const;
  if (open <= 0) {
    // Zero if the queues could not be read, which is a problem of its own.
    if (counts.isComplete || counts.count === 0) return [];
    const seen = counts.count.toLocaleString('en');
    return [
      { code, detail: `There are more than ${seen} dead letters, too many to find new ones among them.` },
    ];
  }
  const number = `${counts.isComplete ? '' : 'At least '}${open.toLocaleString('en')} dead letter${open === 1 ? '' : 's'}`;
  return [{ code, detail: `${number} not acknowledged: changes that are not mirrored.` }];
}

function pause({ isPauseUnknown = false }: HealthEvidence): readonly Problem[] {
  if (!isPauseUnknown) return [];
  const detail = 'The pause document cannot be read, so mirroring is paused.';
  return [{ code: 'pause-unknown', detail }];
}

function unreadDocuments({ damaged = [], tooNew = [] }: HealthEvidence): readonly Problem[] {
  return [
    ...unread('document-damaged', damaged, () => 'cannot be read'),
    ...unread(
      'document-too-new',
      tooNew,
      (are) => `${are} in a format of a newer release, which this one cannot read`,
    ),
  ];
}

function unread(
  code: 'document-damaged' | 'document-too-new',
  names: readonly string[],
  why: (are: 'is' | 'are') => string,
): readonly Problem[] {
  const [first] = names;
  if (first === undefined) return [];
  const isOne = names.length === 1;
  const more = isOne ? '' : ` and ${(names.length - 1).toLocaleString('en')} more`;
  const detail = `The document ${first}${more} of the state ${why(isOne ? 'is' : 'are')}: ${isOne ? 'its' : 'their'} content is unknown.`;
  return [{ code, detail }];
}

function unknownSettings({ unknownSettings: sentences = [] }: HealthEvidence): readonly Problem[] {
  if (sentences.length === 0) return [];
  return [{ code: 'setting-unknown', detail: `${sentences.join('; ')}. It has no effect.` }];
}
