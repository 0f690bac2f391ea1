import { theServiceClock } from '../clock/observed-clock.ts';
import type { ServiceBusConnection } from '../config/connections.ts';
import type { Settings } from '../config/settings.ts';
import type { Admission } from '../identity/admission.ts';
import { registerMirror } from '../identity/register-mirror.ts';
import { deferDocuments, mirrorDocuments } from '../identity/mirror-documents.ts';
import type { MirrorFacts } from '../identity/other-mirrors.ts';
import { type BlobmirrorError, type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import type { Pause } from '../api/pause.ts';
import { documentsPrefix, type Queues, type Registration } from '../identity/registration.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { mirrorDigest, mirrorIdOf } from './mirror-id.ts';

/** Which mirror this worker is, and whether it may work. */
export interface Identity {
  /** The mirror's own. Reads and writes wait until the mirror is registered. */
  readonly documents: DocumentStore;
  /**
   * Waits for the first check for swapped accounts, and registers the mirror.
   *
   * @throws BlobmirrorError `accounts-swapped`, `mirror-name-taken`, `queue-taken`, or any storage code
   */
  readonly admit: () => Promise<void>;
  /**
   * Waits for the first check for swapped accounts alone: mirroring goes on while the state is out of reach.
   *
   * @throws BlobmirrorError `accounts-swapped`, `mirror-name-taken`, `queue-taken` or `document-too-new`
   */
  readonly guard: () => Promise<void>;
  /** Why nothing may be mirrored under these settings now, in the form of a pause. Never rejects. */
  readonly refusal: () => Promise<Pause | undefined>;
  /** Before deleting what a listing of the source lacks. @throws BlobmirrorError as `admit` */
  readonly mayDelete: () => Promise<void>;
  /** Renews the registration when it is five minutes old, so that others see that the mirror is at work. */
  readonly renew: () => Promise<void>;
}

const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'accounts-swapped',
  'mirror-name-taken',
  'queue-taken',
  // Of the registration: a newer release is at work, and its documents, the pause among them, cannot be read.
  'document-too-new',
]);
const RENEW_EVERY_MS = 5 * 60_000;

/** Whether no message may be handled under these settings: the error does not pass until a setting changes. */
export function isRefusal(thrown: unknown): boolean {
  return REFUSALS.has(toBlobmirrorError(thrown).code);
}

export function openIdentity(
  settings: Settings,
  log: Logger,
  state: DocumentStore,
  admission: Admission,
): Identity {
  const id = mirrorIdOf(settings);
  const facts = toFacts(settings);
  let opening: Promise<DocumentStore> | undefined;
  let claimedAt = -Infinity;
  const loggedDamaged = new Set<string>();
  let refused: { readonly since: string; readonly error: BlobmirrorError } | undefined;

  async function register(): Promise<DocumentStore> {
    const seen = await admission.evaluate();
    const isChecked = seen.kind === 'clear' && seen.blobs > 0;
    const { registration, before, damaged } = await registerMirror(state, facts, {
      now: theServiceClock.now(),
      isLookedAt: isChecked,
    });
    for (const [document, { code, hint }] of damaged) {
      // Nothing may ever repair that of another mirror, and it is read at each renewal: one line is enough.
      if (loggedDamaged.has(document)) continue;
      loggedDamaged.add(document);
      log.warn('the registration of a mirror cannot be read', { code, document, hint });
    }
    claimedAt = performance.now();
    logRegistration(registration, before);
    return mirrorDocuments(state, { prefix: documentsPrefix(id), former: registration.former.runs });
  }

  function logRegistration(registration: Registration, before: Registration | undefined): void {
    const about = { mirror: id, since: registration.registeredAt };
    if (before === undefined)
      log.info('the mirror is registered', {
        ...about,
        formerRuns: Object.keys(registration.former.runs).length,
      });
    else if (before.settings !== registration.settings)
      log.info('scope or policy have changed since the mirror last ran', {
        ...about,
        lastSeen: before.seenAt,
      });
  }

  async function open(): Promise<DocumentStore> {
    await admission.evaluate();
    opening ??= register();
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }

  async function refuse(): Promise<BlobmirrorError | undefined> {
    try {
      await open();
    } catch (thrown) {
      if (isRefusal(thrown)) return toBlobmirrorError(thrown);
    }
    return undefined;
  }

  return {
    documents: deferDocuments(open),
    admit: async () => void (await open()),
    guard: async () => {
      await admission.evaluate();
      if (refused !== undefined) throw refused.error;
    },
    refusal: async () => {
      const error = await refuse();
      if (error !== undefined && refused === undefined)
        log.error('nothing is mirrored under these settings, and messages wait', { error, hint: error.hint });
      refused = error && { since: refused?.since ?? theServiceClock.now().toISOString(), error };
      return refused && { since: refused.since, by: 'blobmirror', reason: refused.error.message };
    },
    mayDelete: async () => {
      await admission.requireClear();
      await open();
    },
    renew: async () => {
      if (performance.now() - claimedAt < RENEW_EVERY_MS) return;
      opening = undefined;
      await open();
    },
  };
}

export function toFacts(settings: Settings): MirrorFacts {
  return {
    source: settings.source.accountName,
    backup: settings.backup.accountName,
    name: settings.name,
    settings: mirrorDigest(settings),
    queues: {
      ...namespaceOf(settings.serviceBus),
      events: settings.eventsQueue,
      reconcile: settings.reconcile.queue,
    },
  };
}

/** On a developer's machine, another port is the same namespace after a restart, or that of another environment. */
function namespaceOf(connection: ServiceBusConnection): Pick<Queues, 'namespace' | 'port'> {
  if ('fullyQualifiedNamespace' in connection)
    return { namespace: connection.fullyQualifiedNamespace.toLowerCase() };
  const [, host = '', port] =
    /(?:^|;)\s*endpoint=sb:\/\/([^/:;]+)(?::(\d+))?/i.exec(connection.connectionString) ?? [];
  return { namespace: host.toLowerCase(), ...(port !== undefined && { port }) };
}
