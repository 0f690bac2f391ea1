import { NO_ACTIVITY, type RecoverySample, type Status } from '../../../src/api/status.ts';
import type { DeadLetter } from '../../../src/api/dead-letter.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import type { UnprotectedPage } from '../../../src/api/unprotected.ts';
import type { ShownKey } from '../../../src/api/shown-key.ts';
import { NO_RULES } from '../../support/no-rules.ts';
import type { RunSummary } from '../../../src/api/run.ts';

const MINUTE_MS = 60_000;
const BUCKETS = ['0-5 min', '5-10 min', '10-15 min', '15-30 min', '30 min-2 h', '2-8 h', '8-24 h', 'more'];

export const NOW = '2026-11-25T12:03:02.000Z';
const before = (minutes: number): string => new Date(Date.parse(NOW) - minutes * MINUTE_MS).toISOString();

/** A mirror without any record yet. */
export const EMPTY: Status = {
  at: NOW,
  source: 'sourceaccount',
  backup: 'backupaccount',
  statement: 'nothing proven yet, live up to 12:03:02',
  recovery: {
    proven: null,
    live: { at: NOW, ageMs: 0 },
    canary: { state: 'off' },
    excepted: { count: 0, sample: [] },
  },
  health: { status: 'ok', problems: [] },
  backlog: backlog([]),
  deadLetters: { count: 0, isComplete: true, acknowledged: 0, byCode: {} },
  activity: NO_ACTIVITY,
  history: [],
  containers: [],
  scope: NO_RULES,
  runs: [],
};

/** A busy mirror that keeps up. */
export const WELL: Status = {
  ...EMPTY,
  statement: 'proven up to 11:00:00, live up to 12:03:01, canary 1.1 s',
  recovery: {
    proven: { at: '2026-11-25T11:00:00.000Z', ageMs: 3_782_000, run: '2026-11-25T11-00-00Z-4f2a' },
    live: { at: '2026-11-25T12:03:01.000Z', ageMs: 1200 },
    canary: { state: 'following', ageMs: 1100, writtenAt: before(0.2) },
    excepted: { count: 0, sample: [] },
  },
  backlog: backlog([14]),
  activity: {
    minutes: Array.from({ length: 60 }, (_, index) => {
      const wave = 60 + 45 * Math.sin(index / 7) + ((index * 37) % 23);
      return {
        at: before(60 - index),
        changes: Math.round(wave),
        bytes: Math.round(wave * 1.3e6),
        byVerdict: { copied: Math.round(wave) },
        failed: 0,
        lagP50Ms: 420 + ((index * 53) % 180),
        lagP99Ms: 1700 + ((index * 311) % 1500),
      };
    }),
    lagP50Ms: 480,
    lagP99Ms: 2600,
    changes: 4213,
    bytes: 5_470_000_000,
    lastMirrored: {},
    copiedAgain: [],
  },
  history: history((minutes) => ({
    liveAgeMs: 300 + ((minutes * 97) % 1900),
    provenAgeMs: (minutes % 60) * MINUTE_MS + 63_000,
    canaryAgeMs: 900 + ((minutes * 31) % 400),
  })),
  containers: [
    aContainer('documents', 18_204, 42_100_000_000, 4),
    aContainer('photos', 1_204_551, 8_410_000_000_000, 0.1),
    aContainer('tables-exported-by-the-warehouse-nightly', 312, 734, 41),
    { ...aContainer('web', 90, 0, 0), bytes: null, lastMirroredAt: null },
  ],
  scope: {
    ...EMPTY.scope,
    containers: { include: [], exclude: ['tmp*'] },
    paths: { include: [], exclude: ['*/cache/'] },
    names: { web: 'web-of-source' },
  },
  runs: [
    aRun('2026-11-25T11-00-00Z-4f2a', 63, 4, {}),
    aRun('2026-11-25T10-00-00Z-77b1', 123, 4, { verdicts: { copied: 12, deleted: 3 } }),
    aRun('2026-11-25T09-12-40Z-0c9e', 170, 1, { container: 'photos', prefix: '2026/', dryRun: true }),
  ],
};

/** A mirror whose backup cannot be reached while changes pile up. */
export const ON_FIRE: Status = {
  ...WELL,
  statement: 'proven up to 24 Nov 19:00:00, live up to 11:21:40, canary 41 min 22 s, except 3 keys',
  recovery: {
    proven: { at: before(17 * 60 + 3), ageMs: 17 * 60 * MINUTE_MS, run: '2026-11-24T19-00-00Z-aa01' },
    live: { at: before(41.4), ageMs: 41.4 * MINUTE_MS },
    canary: { state: 'waiting', ageMs: 41.3 * MINUTE_MS, writtenAt: before(41.3) },
    excepted: {
      count: 3,
      sample: [
        { container: 'photos', path: '2026/11/25/IMG_2041.heic', reason: 'storage-rejected' },
        { container: 'photos', path: '2026/11/25/export.csv', reason: 'source-still-written' },
        { container: 'up', path: '', reason: 'container-not-mappable' },
      ],
    },
  },
  health: {
    status: 'failing',
    problems: [
      { code: 'live-behind', detail: 'The live recovery point is 41 min behind; the threshold is 15 min.' },
      { code: 'proven-behind', detail: 'No reconcile was completed for 17 h; three are due by now.' },
      { code: 'backup-unreachable', detail: 'The backup account does not answer.' },
      { code: 'dead-letters', detail: '14 dead letters were not acknowledged.' },
    ],
  },
  backlog: backlog([812, 640, 702, 1204, 3310, 0, 0, 0]),
  deadLetters: {
    count: 14,
    isComplete: true,
    acknowledged: 0,
    byCode: { 'storage-rejected': 9, 'container-not-mappable': 5 },
  },
  activity: {
    ...WELL.activity,
    minutes: WELL.activity.minutes.map((minute, index) =>
      index < 18
        ? minute
        : { ...minute, changes: 0, bytes: 0, failed: 40 + index, lagP50Ms: null, lagP99Ms: null },
    ),
    changes: 1201,
    lagP50Ms: 520,
    lagP99Ms: 61_000,
  },
  history: history((minutes) => ({
    liveAgeMs: minutes > 41 ? 300 + ((minutes * 97) % 1900) : (41 - minutes) * MINUTE_MS + 1000,
    provenAgeMs: (17 * 60 - minutes > 0 ? 17 * 60 - minutes : 60 - (minutes % 60)) * MINUTE_MS,
    canaryAgeMs: minutes > 41 ? 900 + ((minutes * 31) % 400) : (41 - minutes) * MINUTE_MS + 1200,
  })),
  runs: [
    {
      ...aRun('2026-11-25T12-01-00Z-9d10', 2, 0, { verdicts: { copied: 31 }, inStep: 402_117 }),
      state: 'comparing',
    },
    {
      ...aRun('2026-11-25T11-00-00Z-4f2a', 63, 12, { failed: { 'storage-unavailable': 412 } }),
      alerts: [
        {
          code: 'too-many-deletes',
          container: 'photos',
          detail:
            'A run would delete 41,209 blobs of photos, more than the guards allow; nothing was deleted. Look at the source, then allow it by name.',
        },
      ],
    },
    ...WELL.runs.slice(1),
  ],
};

export const LETTERS: readonly DeadLetter[] = [
  ...Array.from({ length: 9 }, (_, index) =>
    aLetter(`events:${index}`, {
      code: 'storage-rejected',
      detail: 'backupaccount refused the request: InvalidHeaderValue (400)',
      hint: 'The service refused the request as invalid. See its code, correct the blob or the setting, then replay.',
      container: 'photos',
      path: `2026/11/25/IMG_${2041 + index}.heic`,
    }),
  ),
  ...Array.from({ length: 5 }, (_, index) =>
    aLetter(`events:${100 + index}`, {
      code: 'container-not-mappable',
      detail: 'up has the name that BLOBMIRROR_CONTAINER_MAP gives to photos',
      hint: 'Give the container a name of its own in BLOBMIRROR_CONTAINER_MAP or exclude it, then replay.',
      container: 'up',
      path: `incoming/a name that is long, since people write whole sentences into them/part-${index}.parquet`,
      replays: 1,
    }),
  ),
];

function aLetter(id: string, rest: Partial<DeadLetter>): DeadLetter {
  return {
    id,
    queue: 'events',
    code: 'unexpected',
    detail: '',
    hint: '',
    event: 'Microsoft.Storage.BlobCreated',
    attempts: 3,
    firstSeen: before(60),
    deadLetteredAt: before(38),
    ageMs: 38 * MINUTE_MS,
    replays: 0,
    ...rest,
  };
}

function aContainer(name: string, blobs: number, bytes: number, minutes: number) {
  return { name, blobs, bytes, countedAt: '2026-11-25T11:04:10.000Z', lastMirroredAt: before(minutes) };
}

interface RunDetails {
  readonly container?: string;
  readonly prefix?: string;
  readonly dryRun?: boolean;
  readonly verdicts?: Record<string, number>;
  readonly failed?: Record<string, number>;
  readonly inStep?: number;
}

/** @param minutes its duration; 0: it is under way */
function aRun(id: string, minutesAgo: number, took: number, details: RunDetails): RunSummary {
  const { container, prefix, dryRun = false, verdicts = {}, failed = {}, inStep = 1_223_157 } = details;
  const nominated = Object.values(verdicts).reduce((sum, value) => sum + value, 0);
  return {
    id: id as RunId,
    request: {
      ...(container !== undefined && { container: container as never }),
      ...(prefix !== undefined && { prefix }),
      dryRun,
      allowDeletes: [],
      reason: container === undefined ? 'timer' : 'http',
    },
    state: 'done',
    mirror: 'a mirror',
    startedAt: before(minutesAgo),
    updatedAt: before(minutesAgo - took),
    ...(took > 0 && { endedAt: before(minutesAgo - took) }),
    counts: {
      inStep,
      nominated,
      bytesCopied: nominated * 2_400_000,
      byVerdict: verdicts,
      skipped: {},
      failed,
    },
    alerts: [],
    sourceListingFailed: false,
  };
}

function backlog(messages: readonly number[]): Status['backlog'] {
  const byAge = BUCKETS.map((bucket, index) => ({
    bucket,
    messages: messages[index] ?? 0,
    bytes: (messages[index] ?? 0) * 1_870_000,
  }));
  const total = byAge.reduce((sum, { messages: number }) => sum + number, 0);
  return {
    messages: total,
    scheduled: Math.floor(total / 20),
    bytes: total * 1_870_000,
    isComplete: true,
    byAge,
  };
}

/** Samples of a day, by their age in minutes. */
function history(of: (minutesAgo: number) => Omit<RecoverySample, 'at'>): RecoverySample[] {
  return Array.from({ length: 24 * 60 }, (_, index) => {
    const minutes = 24 * 60 - index;
    return { at: before(minutes), ...of(minutes) };
  });
}

/** A key that the backup lacks as yet. */
export const SHOWN: ShownKey = {
  at: NOW,
  container: 'photos',
  path: 'a b.jpg',
  verdict: {
    state: 'differs',
    detail: 'missing-on-backup; a check copies it',
    hint: 'A message that waits in the queue has it checked.',
  },
  scope: { isMirrored: true, backupContainer: 'photos' },
  source: {
    account: 'sourceaccount',
    state: 'present',
    kind: 'block',
    etag: '0x8DF2C0F6A9E3B10',
    lastModified: '2026-11-25T12:00:02.000Z',
    size: 12,
  },
  backup: { account: 'backupaccount', state: 'absent', container: 'exists' },
  decision: { action: 'copy' },
  differences: [{ difference: 'missing-on-backup' }],
  waiting: {
    count: 1,
    read: 1,
    isComplete: true,
    messages: [
      { state: 'active', event: 'Microsoft.Storage.BlobCreated', changedAt: before(3), attempts: 0 },
    ],
  },
  deadLetters: { isUnknown: true, code: 'queue-unavailable', detail: 'it did not answer' },
  lastFullSync: { run: null, lines: [], isComplete: true },
  unprotected: { keys: [], isComplete: true },
};

/** The keys that `ON_FIRE` excepts, and others that are only counted. */
export const UNPROTECTED: UnprotectedPage = {
  keys: ON_FIRE.recovery.excepted.sample.map((key, index) => ({
    ...key,
    hint: `What would mend ${key.reason}.`,
    since: before(60 + index),
    lastTry: index === 0 ? null : before(5),
    namedBy: 'record',
    ...(index === 0 && { deadLetter: 'events:0' }),
  })),
  next: null,
  byReason: {},
  more: [{ container: 'photos', reason: 'backup-leased', count: 120, isExact: false }],
  isComplete: false,
  unknown: ['waiting'],
  waiting: 0,
};
