import { BlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import { canaryName, type MirrorId } from '../model/mirror-id.ts';
import type { Canaries } from '../model/scope.ts';
import { type Environment, readChoice, readOptional, readOwnContainer, shown } from './environment.ts';
import { longestGapMs } from './reconcile-settings.ts';

/** The limits of health, and the canary: a blob that measures the way from source to backup. */
export interface RecoverySettings {
  /** Undefined when it is off. */
  readonly canary: ContainerName | undefined;
  /** How old the live recovery point and the canary may be, in milliseconds. */
  readonly liveWithinMs: number;
  /** How long a key may be unprotected, in milliseconds. */
  readonly unprotectedWithinMs: number;
  /** How old the proven recovery point may be, in milliseconds. Undefined when no timer begins full syncs. */
  readonly provenWithinMs: number | undefined;
}

/** @throws BlobmirrorError `setting-invalid` */
export function readRecoverySettings(env: Environment, schedule: string | undefined): RecoverySettings {
  const minutes = readPositive(env, 'BLOBMIRROR_HEALTH_LIVE_MINUTES', 15, 'a number of minutes above 0');
  const periods = readPositive(env, 'BLOBMIRROR_HEALTH_PROVEN_PERIODS', 3, 'a number of periods above 0');
  return {
    canary: readCanary(env),
    liveWithinMs: minutes * 60_000,
    unprotectedWithinMs:
      60_000 * readPositive(env, 'BLOBMIRROR_HEALTH_UNPROTECTED_MINUTES', 60, 'a number of minutes above 0'),
    provenWithinMs: schedule === undefined ? undefined : periods * longestGapMs(schedule),
  };
}

/** How long the backup is to keep what ended. */
export interface HistorySettings {
  readonly days: number;
}

/** Undefined when it is off. @throws BlobmirrorError `setting-invalid` */
export function readHistory(env: Environment): HistorySettings | undefined {
  const text = readOptional(env, 'BLOBMIRROR_HISTORY');
  if (text === undefined || text === 'off') return undefined;
  const days = Number(/^(\d{1,3})d$/.exec(text)?.[1]);
  if (days >= 1 && days <= LONGEST_HISTORY_DAYS) return { days };
  throw new BlobmirrorError(
    'setting-invalid',
    `BLOBMIRROR_HISTORY is ${shown(text)}; it should be off, or a number of days from 1d to ${LONGEST_HISTORY_DAYS}d`,
  );
}

/** The longest that soft delete keeps anything: learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview */
const LONGEST_HISTORY_DAYS = 365;

/** The container of the canary. Undefined when it is off. @throws BlobmirrorError `setting-invalid` */
function readCanary(env: Environment): ContainerName | undefined {
  const name = readCanaryContainer(env);
  return readChoice(env, 'BLOBMIRROR_CANARY', ['off', 'on'], 'off') === 'on' ? name : undefined;
}

/** The container of the canaries of all mirrors of the source, and the name of this one's when it is on. @throws BlobmirrorError `setting-invalid` */
export function readCanaries(env: Environment, id: MirrorId): Canaries {
  const own = readCanary(env) === undefined ? undefined : canaryName(id);
  return { container: readCanaryContainer(env), own };
}

function readCanaryContainer(env: Environment): ContainerName {
  return readOwnContainer(env, 'BLOBMIRROR_CANARY_CONTAINER', 'blobmirror-canary');
}

function readPositive(env: Environment, name: string, fallback: number, meaning: string): number {
  const text = readOptional(env, name);
  if (text === undefined) return fallback;
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new BlobmirrorError('setting-invalid', `${name} is ${shown(text)}; it should be ${meaning}`);
}
