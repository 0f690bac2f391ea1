import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobClient, BlobGetPropertiesResponse } from '@azure/storage-blob';
import { BlobmirrorError } from '../../model/errors.ts';
import { etagHeader, parseEtag } from '../../model/etag.ts';
import { keyText } from '../../model/key.ts';
import { STAMP_NAME } from '../../model/stamp.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import { blobClient, tagOptions, toConditions } from '../blob/blob-client.ts';
import { serviceCode, toMeanings, toStorageError, toWriteOutcome } from '../errors/storage-error.ts';
import type { CopyEngine, CopyResult, CopySetup } from './copy-engine.ts';
import { refuseIncomplete, refuseUnexpectedSuccess } from './judge-copy.ts';
import type { TimeBudget } from '../../concurrency/deadline.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/**
 * An asynchronous copy: the service copies in the background and keeps the kind of the blob and its sparse
 * ranges. The metadata, including the stamp, is there from the start, the content only when the service
 * reports success: until then a reading shows no stamp. The previous blob is gone from the start, so this is
 * for blobs that no other engine can copy. The service takes two weeks at most, and the signature must last
 * as long as the copy: here, a week.
 */
export function createCopyBlob({ backup, source, copySources }: CopySetup): CopyEngine {
  const sides = { backup: backup.name, source: source.name };

  return async (request, budget) => {
    const { key } = request;
    const blob = blobClient(backup, key);
    return { ...(await copy(blob, request, budget)), engine: 'copy-blob' };
  };

  async function copy(blob: BlobClient, request: CopyRequest, budget: TimeBudget): Promise<CopyResult> {
    const url = await copySources.sign(request.from ?? request.key);
    let started: StartedCopy = {};
    let pendingAlready = false;
    const outcome = await toWriteOutcome(sides, async () => {
      try {
        started = await refuseUnexpectedSuccess(backup.name, () => start(blob, url, request));
      } catch (error) {
        if (serviceCode(error) !== 'PendingCopyOperation') throw error;
        pendingAlready = true;
      }
    });
    if (outcome.kind !== 'written') return outcome;
    return pendingAlready
      ? await handlePending(blob, request, budget)
      : await waitUntilDone(blob, started.copyId, request, budget);
  }

  /** Another copy onto this blob is running: our own, or one that is to be replaced. */
  async function handlePending(
    blob: BlobClient,
    request: CopyRequest,
    budget: TimeBudget,
  ): Promise<CopyResult> {
    const { condition, metadata } = request;
    const found = await readProperties(blob);
    if (found?.copyId === undefined || found.copyStatus !== 'pending')
      return { kind: 'backup-precondition-failed' };
    const mark = metadata[STAMP_NAME];
    if (mark !== undefined && found.metadata?.[STAMP_NAME] === mark)
      return await waitUntilDone(blob, found.copyId, request, budget);
    // Abort only a copy that the decision knew of; one that began since may be of a newer version than ours.
    if ('ifMatch' in condition && parseEtag(found.etag) === condition.ifMatch) {
      const { copyId } = found;
      const outcome = await toWriteOutcome(sides, () => blob.abortCopyFromURL(copyId));
      if (outcome.kind === 'refused') return outcome;
    }
    return { kind: 'backup-precondition-failed' };
  }

  /** Also read a copy that completed with its request: its length is not in the answer. */
  async function waitUntilDone(
    blob: BlobClient,
    copyId: string | undefined,
    request: CopyRequest,
    budget: TimeBudget,
  ): Promise<CopyResult> {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const found = await readProperties(blob);
      if (found === undefined || found.copyId !== copyId) return { kind: 'backup-precondition-failed' };
      switch (found.copyStatus) {
        case 'success':
        case undefined:
          refuseIncomplete(backup, request, found, parseEtag(found.etag));
          return { kind: 'written' };
        case 'aborted':
          return { kind: 'backup-precondition-failed' };
        case 'failed':
          return toFailure(found.copyStatusDescription, request);
        default:
          if (budget.isSpent() || budget.isPaused()) return { kind: 'unfinished' };
          await sleep(wait);
      }
    }
  }

  /** Undefined when there is no blob. */
  async function readProperties(blob: BlobClient): Promise<BlobGetPropertiesResponse | undefined> {
    try {
      return await blob.getProperties();
    } catch (error) {
      if (toMeanings(error)?.read === 'absent') return undefined;
      throw toStorageError(error, 'read', backup.name);
    }
  }

  /**
   * The description begins with the status of the source's answer: the precondition failed, or the source is
   * gone.
   */
  function toFailure(description: string | undefined, { key, from = key }: CopyRequest): CopyResult {
    if (description?.startsWith('412') || description?.startsWith('404'))
      return { kind: 'source-precondition-failed' };
    throw new BlobmirrorError(
      'copy-failed',
      `the copy of ${keyText(from)} failed: ${description ?? 'no reason given'}`,
    );
  }
}

/** Known to the SDK's poller, and missing in its types. */
interface StartedCopy {
  readonly copyId?: string;
}

async function start(
  blob: BlobClient,
  url: string,
  { source, metadata, tags, tier, condition }: CopyRequest,
): Promise<StartedCopy> {
  const poller = await blob.beginCopyFromURL(url, {
    metadata: { ...metadata },
    ...tagOptions(tags),
    ...(tier !== undefined && { tier }),
    conditions: toConditions(condition),
    sourceConditions: { ifMatch: etagHeader(source.etag) },
  });
  const state: StartedCopy = poller.getOperationState() as object;
  return state;
}
