import { theServiceClock } from '../clock/observed-clock.ts';
import type { BlockBlobClient } from '@azure/storage-blob';
import { type Etag, etagHeader } from '../model/etag.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { Metadata } from '../model/stamp.ts';
import type { Tags } from '../model/reading.ts';
import type {
  BackupStore,
  CopyOutcome,
  CopyRequest,
  RestampRequest,
  SecureOutcome,
  Secured,
} from '../ports/backup-store.ts';
import type { WriteOutcome } from '../ports/write-outcome.ts';
import { blobClient } from './blob/blob-client.ts';
import { createAzureDirectoryStore } from './lake/directories.ts';
import { createAzureBlobReader } from './blob-reader.ts';
import { createContentComparison } from './copy/compare-content.ts';
import type { Account } from './account/connect-account.ts';
import { createCopySources } from './copy/copy-source.ts';
import { chooseEngine } from './copy/choose-engine.ts';
import { compareBeforeReplacing, createReplaceCopy } from './copy/replace-copy.ts';
import { COPY_DEFAULTS, type CopyOptions } from './copy/copy-engine.ts';
import { createTierSupport } from './copy/judge-copy.ts';
import { startTimeBudget } from '../concurrency/deadline.ts';
import { emptyStaging } from './copy/staged-copies.ts';
import { serviceCode, toStorageError, toWriteOutcome } from './errors/storage-error.ts';

const TIDY_UP_EVERY_MS = 3_600_000;

/** Called once each, when the account shows this. */
interface BackupListeners {
  /** The account has no access tiers. */
  readonly onNoTiers?: () => void;
  /** The account lists from the beginning only. */
  readonly onStartIgnored?: () => void;
}

/**
 * The backup, on a real account. copy/ makes the copies.
 *
 * @param isPaused whether to leave a long copy unfinished
 * @param now milliseconds since 1970
 */
export function createAzureBackupStore(
  backup: Account,
  source: Account,
  copyOptions: Partial<CopyOptions> = {},
  isPaused: () => boolean = () => false,
  { onNoTiers = () => undefined, onStartIgnored }: BackupListeners = {},
  now: () => number = () => theServiceClock.now().getTime(),
): BackupStore {
  const sides = { backup: backup.name, source: source.name };
  const options = { ...COPY_DEFAULTS, ...copyOptions };
  const directories = createAzureDirectoryStore(backup);
  const copySources = createCopySources(source);
  const tiers = createTierSupport(onNoTiers);
  const setup = { backup, source, copySources, directories, tiers, options };
  const copyByEngine = chooseEngine(setup);
  const replacing = createReplaceCopy(setup, copyByEngine);
  const copyOver =
    options.verify === 'full' ? compareBeforeReplacing(setup, copyByEngine, replacing) : copyByEngine;
  const tidiedUp = new Map<ContainerName, number>();

  const blob = ({ container, path }: Key): BlockBlobClient =>
    blobClient(backup, { container, path }).getBlockBlobClient();

  async function restamp({ key, metadata, ifMatch }: RestampRequest): Promise<WriteOutcome> {
    const conditions = { ifMatch: etagHeader(ifMatch) };
    return await write(() => blob(key).setMetadata({ ...metadata }, { conditions }));
  }

  async function remove(key: Key, ifMatch: Etag): Promise<WriteOutcome> {
    return await write(() =>
      // Without the option to include snapshots, the service refuses to delete a blob that has any.
      blob(key).delete({ conditions: { ifMatch: etagHeader(ifMatch) } }),
    );
  }

  async function setTier(key: Key, tier: string): Promise<WriteOutcome> {
    return await tiers.try(tier, async (wanted) =>
      // Without tiers there is nothing to set, and a decision that knows of it does not request it.
      wanted === undefined
        ? { kind: 'backup-precondition-failed' }
        : await write(() => blob(key).setAccessTier(wanted)),
    );
  }

  async function setTags(key: Key, tags: Tags): Promise<WriteOutcome> {
    return await write(() => blob(key).setTags({ ...tags }));
  }

  async function createContainer(container: ContainerName, metadata: Metadata): Promise<void> {
    try {
      await backup.client.getContainerClient(container).create({ metadata: { ...metadata } });
    } catch (error) {
      if (serviceCode(error) === 'ContainerAlreadyExists') return;
      throw toStorageError(error, 'write', backup.name);
    }
  }

  async function write(request: () => Promise<unknown>): Promise<WriteOutcome> {
    const outcome = await toWriteOutcome(sides, request);
    // Only a write that makes a blob can meet versions of another kind: here, a blob of another kind has
    // appeared.
    const isOfAnotherKind =
      outcome.kind === 'refused' && outcome.reason === 'backup-versions-of-another-kind';
    return isOfAnotherKind ? { kind: 'backup-precondition-failed' } : outcome;
  }

  const copy = async (request: CopyRequest): Promise<CopyOutcome> =>
    await copyOver(request, startTimeBudget(options, isPaused));

  const secure = async (request: CopyRequest): Promise<SecureOutcome> => {
    await tidyUp(request.key.container);
    return await replacing.secure(request, startTimeBudget(options, isPaused));
  };

  /** Staged copies may have been left over: each container is checked once an hour. */
  async function tidyUp(container: ContainerName): Promise<void> {
    if (now() < (tidiedUp.get(container) ?? Number.NEGATIVE_INFINITY) + TIDY_UP_EVERY_MS) return;
    tidiedUp.set(container, now());
    await emptyStaging(backup, container, now);
  }

  // Not stopped by a pause: the old blob is already deleted.
  const place = async (request: CopyRequest, secured: Secured): Promise<WriteOutcome> =>
    await replacing.place(request, secured, startTimeBudget(options));

  return {
    ...createAzureBlobReader(backup, onStartIgnored),
    ...directories,
    ...createContentComparison(source, backup),
    copy,
    secure,
    place,
    restamp,
    delete: remove,
    setTier,
    setTags,
    createContainer,
  };
}
