import {
  type KeyVaultSettings,
  type ServiceBusConnection,
  type StorageConnection,
  isSameAccount,
  parseServiceBusConnection,
  parseStorageConnection,
  readKeyVaultSettings,
} from './connections.ts';
import { type CopySettings, type RequestRates, readCopySettings, readRequestRates } from './copy-settings.ts';
import {
  type Environment,
  holdsSecret,
  readChoice,
  readNumber,
  readOptional,
  readText,
  shown,
} from './environment.ts';
import { type HttpSettings, readHttpSettings } from './http-settings.ts';
import {
  KNOWN_SETTINGS,
  type UnknownSetting,
  describeUnknown,
  findUnknownSettings,
} from './known-settings.ts';
import { type ReconcileSettings, longestGapMs, readReconcileSettings } from './reconcile-settings.ts';
import {
  type HistorySettings,
  type RecoverySettings,
  readCanaries,
  readHistory,
  readRecoverySettings,
} from './recovery-settings.ts';
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
  /** Undefined: what is deleted is gone. */
  readonly history: HistorySettings | undefined;
  readonly state: StateSettings;
  /** What is named like a setting and is none: health reports it, since an app that is rolled back should start. */
  readonly unknown: readonly UnknownSetting[];
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
  readonly keyVault: KeyVaultSettings;
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
    keyVault: readKeyVaultSettings(env),
  };
  refuseSameQueue(settings);
  return Object.freeze(settings);
}

/**
 * The settings of a command that uses no queue.
 * @throws BlobmirrorError `setting-missing`, `setting-invalid`, or `setting-unknown` for what is nearly the name of a
 * setting that protects data
 */
export function readAccountSettings(env: Environment): AccountSettings {
  const unknown = findUnknownSettings(env);
  refuseUnknown(unknown.filter(({ protects }) => protects));
  refuseMisplacedSecrets(env);
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
    unknown,
    history: readHistory(env),
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
  if (isSameAccount(source, backup)) {
    throw new BlobmirrorError(
      'setting-invalid',
      `BLOBMIRROR_BACKUP names the account ${source.accountName}, which is the source; name another account`,
    );
  }
  refuseSharedContainers(settings);
  return settings;
}

/** @throws BlobmirrorError `setting-unknown` unless there is none */
export function refuseUnknown(unknown: readonly UnknownSetting[]): void {
  if (unknown.length === 0) return;
  throw new BlobmirrorError('setting-unknown', unknown.map(describeUnknown).join('; '));
}

/** The settings that may hold a secret. */
const SECRETS: ReadonlySet<string> = new Set([
  'BLOBMIRROR_SOURCE',
  'BLOBMIRROR_BACKUP',
  'BLOBMIRROR_STATE',
  'BLOBMIRROR_SERVICE_BUS',
  'BLOBMIRROR_HTTP_KEY',
]);

/** Where a connection belongs is said by `parseStorageConnection` and `parseServiceBusConnection`. */
const SAY_WHERE = /__(?:blobServiceUri|fullyQualifiedNamespace|secondary)$/;

/**
 * Every other setting may be shown in an error, in the status or in a log.
 * @throws BlobmirrorError `setting-invalid`
 */
function refuseMisplacedSecrets(env: Environment): void {
  for (const name of KNOWN_SETTINGS) {
    if (SECRETS.has(name) || SAY_WHERE.test(name) || !holdsSecret(env[name] ?? '')) continue;
    throw new BlobmirrorError(
      'setting-invalid',
      `${name} holds a key or a SAS, which is not shown; a connection string belongs in ${[...SECRETS]
        .slice(0, 4)
        .join(', ')
        .replace(/, (\w+)$/, ' or $1')}`,
    );
  }
}

/** Service Bus does not tell upper from lower case. @throws BlobmirrorError `setting-invalid` */
function refuseSameQueue({ eventsQueue, reconcile }: Settings): void {
  if (eventsQueue.toLowerCase() !== reconcile.queue.toLowerCase()) return;
  throw new BlobmirrorError(
    'setting-invalid',
    `BLOBMIRROR_EVENTS_QUEUE and BLOBMIRROR_RECONCILE_QUEUE are both ${shown(eventsQueue)}; each should be a queue of its own`,
  );
}

/**
 * The canary would be written among the documents of the state, or be taken for an event that was not delivered.
 * @throws BlobmirrorError `setting-invalid`
 */
function refuseSharedContainers({ state, scope }: AccountSettings): void {
  const container = scope.canaries?.container;
  const taken = [
    ['BLOBMIRROR_STATE_CONTAINER', state.container],
    ['BLOBMIRROR_EVENT_GRID_DEAD_LETTERS', state.eventGridDeadLetters],
  ].find(([, name]) => name !== undefined && name === container);
  if (taken === undefined) return;
  throw new BlobmirrorError(
    'setting-invalid',
    `BLOBMIRROR_CANARY_CONTAINER and ${taken[0]} are both ${shown(container ?? '')}; each should be a container of its own`,
  );
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
    `${NAME} is ${shown(text)}; it should be at most 32 lower-case letters and digits, with single hyphens between them`,
  );
}
