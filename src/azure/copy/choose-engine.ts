import { BlobmirrorError } from '../../model/errors.ts';
import type { CopyOutcome, CopyRequest } from '../../ports/backup-store.ts';
import { createBlocksFromUrl } from './blocks-from-url.ts';
import { createCopyBlob } from './copy-blob.ts';
import type { CopyEngine, CopySetup } from './copy-engine.ts';
import { IncompleteCopy, type LeftoverBlob, createEngineRefusals, toEngineRefusal } from './judge-copy.ts';
import { createPutBlobFromUrl } from './put-blob-from-url.ts';
import { readPinned } from './compare-content.ts';
import { SourceUrlTooLong, shortCopySources } from './copy-source.ts';
import { findCopy, removeCopy } from './staged-copies.ts';
import { createStreamed } from './streamed.ts';
import { verifyCopies } from './verify-copies.ts';

/**
 * Chooses an engine for each blob, by the setting, by the blob's kind and size, and by what the service
 * supports.
 *
 * | blob                          | engine, and those that follow where the service lacks the operation  |
 * |-------------------------------|----------------------------------------------------------------------|
 * | block, fits one request       | put-blob-from-url, blocks-from-url, copy-blob, streamed              |
 * | block, longer                 | blocks-from-url, copy-blob, streamed                                 |
 * | append, page                  | copy-blob, streamed                                                  |
 *
 * `server` never streams; `copy-blob` and `streamed` are used for every blob.
 *
 * A client may give a blob a Content-MD5 that does not match its bytes, and Put Blob From URL then refuses
 * them. Such a blob is copied by the next engine, which accepts it as it is: it is the user's data, and the
 * only copy of it.
 *
 * When the service refuses an engine, the next one is tried, and a refusal that concerns the account rather
 * than the blob is remembered: see judge-copy.ts. An engine whose result differs from what it reported is
 * never used again; the next engine overwrites its result under its ETag, or the result is removed if there
 * is no next one. Should the process die in between, the blob has the stamp but not the length of its source,
 * and the next check of the key, or the next full sync, copies it.
 *
 * @param now milliseconds
 */
export function chooseEngine(setup: CopySetup, now: () => number = () => performance.now()): CopyEngine {
  const { options } = setup;
  const fetching = { ...setup, copySources: shortCopySources(setup.copySources) };
  const [putBlobFromUrl, blocksFromUrl, copyBlob, streamed] = [
    createPutBlobFromUrl(fetching),
    createBlocksFromUrl(fetching),
    createCopyBlob(fetching),
    createStreamed(setup),
  ];
  const refused = createEngineRefusals<CopyEngine>(now);

  /**
   * The engines that can copy the blob, the best one first. An empty blob has no block whose request would
   * carry the source's version.
   */
  function enginesFor({ source: { kind, size } }: CopyRequest): readonly CopyEngine[] {
    if (options.engine === 'copy-blob') return [copyBlob];
    if (options.engine === 'streamed') return [streamed];
    const last = options.engine === 'server' ? [copyBlob] : [copyBlob, streamed];
    if (kind !== 'block') return last;
    if (size === 0) return [putBlobFromUrl, ...last];
    // Within an account a copy completes at once, whatever the size, and nothing else exists at its path
    // meanwhile.
    if (setup.source === setup.backup && size > options.largestInOneRequest)
      return [copyBlob, blocksFromUrl, ...last.slice(1)];
    return size <= options.largestInOneRequest
      ? [putBlobFromUrl, blocksFromUrl, ...last]
      : [blocksFromUrl, ...last];
  }

  const copy: CopyEngine = async (request, budget) =>
    await setup.tiers.try(
      request.tier,
      async (tier) => await copyByFirstThatWorks({ ...request, tier }, budget),
    );

  const copyByFirstThatWorks: CopyEngine = async (asked, budget) => {
    const ways = enginesFor(asked);
    const suspected: CopyEngine[] = [];
    let request = asked;
    let leftover: LeftoverBlob | undefined;
    let failure: BlobmirrorError | undefined;
    for (const way of ways.filter((each) => !refused.isRefused(each))) {
      // For every other engine the copy source is too long.
      if (failure instanceof SourceUrlTooLong && way !== streamed) continue;
      try {
        const outcome = await recheckKind(request, await way(request, budget));
        if (outcome.kind === 'written') {
          refused.clear(way);
          for (const earlier of suspected) refused.record(earlier, 'key-specific');
        }
        return outcome;
      } catch (error) {
        if (!(error instanceof BlobmirrorError)) throw error;
        // A source that grows while it is copied is not the engine's fault: the next check of the key
        // overwrites the result.
        if (error instanceof IncompleteCopy && !(await isSourceThere(request)))
          return { kind: 'source-precondition-failed', engine: 'none' };
        const refusal = toEngineRefusal(error);
        if (refusal === undefined && !isMisdeclared(error) && !(error instanceof SourceUrlTooLong))
          throw error;
        if (refusal === 'key-specific') suspected.push(way);
        else if (refusal !== undefined) refused.record(way, refusal);
        failure = error;
        if (error instanceof IncompleteCopy)
          ({ request, left: leftover } = await replaceLeftover(request, error.left ?? leftover));
      }
    }
    // A stamp must not stay on incomplete content.
    if (leftover !== undefined) await removeCopy(setup.backup, request.key, leftover.etag);
    return await failWith(request, failure);
  };

  /**
   * All versions of a blob are of one kind (learn.microsoft.com/azure/storage/blobs/versioning-overview).
   * Where no blob exists and the kind is refused all the same, versions of another kind exist: without this,
   * that would be an endless race.
   */
  async function recheckKind({ key, condition }: CopyRequest, outcome: CopyOutcome): Promise<CopyOutcome> {
    if (outcome.kind !== 'refused' || outcome.reason !== 'backup-versions-of-another-kind') return outcome;
    const isFree = 'nothingThere' in condition && (await findCopy(setup.backup, key)) === undefined;
    return isFree ? outcome : { kind: 'backup-precondition-failed', engine: outcome.engine };
  }

  /** The request that overwrites the wrong result of an engine. */
  async function replaceLeftover(
    request: CopyRequest,
    left: LeftoverBlob | undefined,
  ): Promise<{ request: CopyRequest; left: LeftoverBlob | undefined }> {
    if (left === undefined) return { request, left };
    if (left.isOfKind) return { request: { ...request, condition: { ifMatch: left.etag } }, left };
    await removeCopy(setup.backup, request.key, left.etag);
    return { request: { ...request, condition: { nothingThere: true } }, left: undefined };
  }

  /** Whether the source is still the version that is to be copied. */
  async function isSourceThere(request: CopyRequest): Promise<boolean> {
    return await readPinned(setup.source, request, 0, Buffer.alloc(0));
  }

  /** The error to report when no engine succeeded. */
  async function failWith(
    request: CopyRequest,
    failure: BlobmirrorError | undefined,
  ): ReturnType<CopyEngine> {
    if (failure !== undefined && toEngineRefusal(failure) === 'key-specific') {
      // A source that changed or was archived meanwhile is refused in the same way.
      if (!(await isSourceThere(request))) return { kind: 'source-precondition-failed', engine: 'none' };
    }
    if (failure !== undefined && (isMisdeclared(failure) || toEngineRefusal(failure) === 'key-specific'))
      throw failure;
    const why = failure instanceof SourceUrlTooLong ? `: ${failure.message}` : '';
    throw new BlobmirrorError(
      'copy-not-possible',
      `${setup.backup.name} supports no operation that copies a blob of this kind${why}`,
    );
  }

  return options.verify === 'full' ? verifyCopies(setup, copy) : copy;
}

function isMisdeclared(error: BlobmirrorError): boolean {
  return error.code === 'content-mismatch';
}
