import { theServiceClock } from '../clock/process-clocks.ts';
import type { ServiceBusConnection } from '../config/connections.ts';
import type { Settings } from '../config/settings.ts';
import { registerMirror } from '../identity/register-mirror.ts';
import { deferDocuments, mirrorDocuments } from '../identity/mirror-documents.ts';
import type { MirrorFacts } from '../identity/other-mirrors.ts';
import { type BlobmirrorError, type ErrorCode, ERRORS, toBlobmirrorError } from '../model/errors.ts';
import type { Pause } from '../api/pause.ts';
import { documentsPrefix, type Queues, type Registration } from '../identity/registration.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { mirrorDigest, mirrorIdOf } from './mirror-id.ts';
import { openAdmission, openState } from './open-documents.ts';

/** Who this worker is, and whether it may work. */
export interface Identity {
  /** The mirror's own. Nobody reads or writes one before it is known whose they are. */
  readonly documents: DocumentStore;
  /**
   * Waits for the first look at the accounts, and registers the mirror.
   *
   * @throws BlobmirrorError `accounts-swapped`, `mirror-name-taken`, `queue-taken`, or any storage code
   */
  readonly admit: () => Promise<void>;
  /**
   * Waits for the first look alone, so that mirroring goes on where the state is out of reach.
   *
   * @throws BlobmirrorError `accounts-swapped`, `mirror-name-taken` or `queue-taken`
   */
  readonly guard: () => Promise<void>;
  /** Why nothing may be mirrored under these settings now, as a pause that nobody asked for. Never rejects. */
  readonly refusal: () => Promise<Pause | undefined>;
  /** For what deletes on the word of a listing. @throws BlobmirrorError as `admit` */
  readonly mayDelete: () => Promise<void>;
  /** Says, every few minutes, that the mirror is at work. */
  readonly renew: () => Promise<void>;
}

const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'accounts-swapped',
  'mirror-name-taken',
  'queue-taken',
]);
const RENEW_EVERY_MS = 5 * 60_000;

/** Whether an error says that these settings must not be worked under: it does not pass while they are as they are. */
export function isRefusal(thrown: unknown): boolean {
  return REFUSALS.has(toBlobmirrorError(thrown).code);
}

export function openIdentity(settings: Settings, log: Logger): Identity {
  const state = openState(settings);
  const admission = openAdmission(settings);
  const id = mirrorIdOf(settings);
  const facts = toFacts(settings);
  let opening: Promise<DocumentStore> | undefined;
  let claimedAt = -Infinity;
  const damagedTold = new Set<string>();
  let refused: { readonly since: string; readonly error: BlobmirrorError } | undefined;

  async function register(): Promise<DocumentStore> {
    const seen = await admission.evaluate();
    const isLookedAt = seen.kind === 'clear' && seen.blobs > 0;
    const { registration, before, damaged } = await registerMirror(state, facts, {
      now: theServiceClock.now(),
      isLookedAt,
    });
    for (const document of damaged) {
      // That of another mirror may stay so, and is looked at whenever this one is renewed.
      if (damagedTold.has(document)) continue;
      damagedTold.add(document);
      log.warn('the registration of a mirror cannot be read', {
        code: 'document-damaged',
        document,
        hint: ERRORS['document-damaged'].hint,
      });
    }
    claimedAt = performance.now();
    tell(registration, before);
    return mirrorDocuments(state, { prefix: documentsPrefix(id), former: registration.former.runs });
  }

  function tell(registration: Registration, before: Registration | undefined): void {
    const about = { mirror: id, since: registration.registeredAt };
    if (before === undefined)
      log.info('this mirror is registered, and its documents are its own', {
        ...about,
        formerRuns: Object.keys(registration.former.runs).length,
      });
    else if (before.settings !== registration.settings)
      log.info('scope or policy are others than this mirror was last at work with', {
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
        log.error('nothing is mirrored under these settings; messages wait', { error, hint: error.hint });
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

/** On one machine another port is the same namespace after a restart, or that of another environment. */
function namespaceOf(connection: ServiceBusConnection): Pick<Queues, 'namespace' | 'port'> {
  if ('fullyQualifiedNamespace' in connection)
    return { namespace: connection.fullyQualifiedNamespace.toLowerCase() };
  const [, host = '', port] =
    /(?:^|;)\s*endpoint=sb:\/\/([^/:;]+)(?::(\d+))?/i.exec(connection.connectionString) ?? [];
  return { namespace: host.toLowerCase(), ...(port !== undefined && { port }) };
}
