import {
  type ServiceBusConnection,
  type StorageConnection,
  parseServiceBusConnection,
  parseStorageConnection,
} from './connections.ts';
import { type CopySettings, type RequestRates, readCopySettings, readRequestRates } from './copy-settings.ts';
import { type Environment, readChoice, readNumber, readOptional, readText } from './environment.ts';
import { type HttpSettings, readHttpSettings } from './http-settings.ts';
import { type ReconcileSettings, longestGapMs, readReconcileSettings } from './reconcile-settings.ts';
import { type RecoverySettings, readCanaries, readRecoverySettings } from './recovery-settings.ts';
import { readScopeRules } from './scope-rules.ts';
import { type StateSettings, readStateSettings, stateContainers } from './state-settings.ts';
import { type TelemetrySettings, readTelemetrySettings } from './telemetry-settings.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { DEFAULT_NAME, isMirrorName, mirrorId } from '../model/mirror-id.ts';
import type { ScopeRules } from '../model/scope.ts';

/** The accounts, and what is mirrored between them. */
export interface AccountSettings {
  readonly source: StorageConnection;
  readonly backup: StorageConnection;
  /** Distinguishes mirrors between the same accounts. */
  readonly name: string;
  /**
   * Whether another mirror copies in the other direction, so that stamps of the backup at the source do not
   * mean swapped accounts.
   */
  readonly twoWay: boolean;
  readonly scope: ScopeRules;
  readonly policy: PolicySettings;
  readonly state: StateSettings;
}

/** All settings of a worker, read once from the environment. */
export interface Settings extends AccountSettings {
  readonly serviceBus: ServiceBusConnection;
  readonly eventsQueue: string;
  readonly reconcile: ReconcileSettings;
  readonly recovery: RecoverySettings;
  readonly watch: WatchSettings;
  readonly copy: CopySettings;
  readonly maxRequestsPerSecond: RequestRates;
  /** Whether the accounts have a hierarchical namespace: `auto` asks them. */
  readonly namespace: (typeof NAMESPACES)[number];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly telemetry: TelemetrySettings;
  readonly http: HttpSettings;
}

/** See `mirror/policy.ts`. */
interface PolicySettings {
  readonly deletes: 'mirror' | 'keep';
  readonly foreign: 'keep' | 'delete';
  readonly declaredMd5: 'ignore' | 'trust';
  readonly tier: (typeof TIERS)[number];
  readonly tags: 'mirror' | 'off';
  readonly acl: 'mirror' | 'off';
}

const TIERS = ['same', 'none', 'Hot', 'Cool', 'Cold', 'Archive'] as const;
const NAMESPACES = ['auto', 'flat', 'hierarchical'] as const;
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/**
 * Names follow Azure Functions connections: NAME holds a connection string, or NAME__blobServiceUri and the like an
 * endpoint that is used with an Entra identity. The error names the setting; it never holds a connection string.
 *
 * @throws BlobmirrorError `setting-missing` or `setting-invalid`
 */
export function readSettings(env: Environment): Settings {
  const accounts = readAccountSettings(env);
  const reconcile = readReconcileSettings(env);
  const settings: Settings = {
    ...accounts,
    serviceBus: parseServiceBusConnection(env, 'BLOBMIRROR_SERVICE_BUS'),
    eventsQueue: readText(
      env,
      'BLOBMIRROR_EVENTS_QUEUE',
      'the name of the queue that Event Grid delivers to',
    ),
    reconcile,
    recovery: readRecoverySettings(env, reconcile.schedule),
    watch: readWatchSettings(env, reconcile.schedule),
    copy: readCopySettings(env),
    maxRequestsPerSecond: readRequestRates(env),
    namespace: readChoice(env, 'BLOBMIRROR_NAMESPACE', NAMESPACES, 'auto'),
    logLevel: readChoice(env, 'BLOBMIRROR_LOG_LEVEL', LOG_LEVELS, 'info'),
    telemetry: readTelemetrySettings(env),
    http: readHttpSettings(env),
  };
  return Object.freeze(settings);
}

/**
 * The settings of a command that uses no queue.
 * @throws BlobmirrorError `setting-missing` or `setting-invalid`
 */
export function readAccountSettings(env: Environment): AccountSettings {
  const source = parseStorageConnection(env, 'BLOBMIRROR_SOURCE');
  const backup = parseStorageConnection(env, 'BLOBMIRROR_BACKUP');
  const state = readStateSettings(env, backup);
  const name = readMirrorName(env);
  const id = mirrorId({ source: source.accountName, backup: backup.accountName, name });
  const settings: AccountSettings = {
    source,
    backup,
    name,
    twoWay: readChoice(env, 'BLOBMIRROR_TWO_WAY', ['off', 'on'], 'off') === 'on',
    state,
    scope: readScopeRules(env, stateContainers(state, source, backup), readCanaries(env, id)),
    policy: {
      deletes: readChoice(env, 'BLOBMIRROR_DELETES', ['mirror', 'keep'], 'mirror'),
      foreign: readChoice(env, 'BLOBMIRROR_FOREIGN', ['keep', 'delete'], 'keep'),
      declaredMd5: readChoice(env, 'BLOBMIRROR_DECLARED_MD5', ['ignore', 'trust'], 'ignore'),
      tier: readChoice(env, 'BLOBMIRROR_TIER', TIERS, 'same'),
      tags: readChoice(env, 'BLOBMIRROR_TAGS', ['mirror', 'off'], 'off'),
      acl: readChoice(env, 'BLOBMIRROR_ACL', ['mirror', 'off'], 'mirror'),
    },
  };
  if (settings.source.accountName === settings.backup.accountName) {
    throw new BlobmirrorError(
      'setting-invalid',
      `BLOBMIRROR_BACKUP names the account ${settings.backup.accountName}, which is the source; name another account`,
    );
  }
  return settings;
}

/** When keys are checked again whose writer is still at work: see `intake/rechecks.ts`. */
interface WatchSettings {
  /** Milliseconds. */
  readonly firstPauseMs: number;
  /** The longest time until the next full sync, in milliseconds. Undefined when no timer begins one. */
  readonly fullSyncWithinMs: number | undefined;
}

/** @throws BlobmirrorError `setting-invalid` */
function readWatchSettings(env: Environment, schedule: string | undefined): WatchSettings {
  return {
    firstPauseMs:
      1000 *
      readNumber(env, 'BLOBMIRROR_LOOK_AGAIN', {
        min: 1,
        max: 600,
        fallback: 30,
        meaning: 'a whole number of seconds',
      }),
    fullSyncWithinMs: schedule === undefined ? undefined : longestGapMs(schedule),
  };
}

const NAME = 'BLOBMIRROR_NAME';

/** @throws BlobmirrorError `setting-invalid` */
export function readMirrorName(env: Environment): string {
  const text = readOptional(env, NAME) ?? DEFAULT_NAME;
  if (isMirrorName(text)) return text;
  throw new BlobmirrorError(
    'setting-invalid',
    `${NAME} is ${JSON.stringify(text)}; it should be at most 32 lower-case letters and digits, with single hyphens between them`,
  );
}
