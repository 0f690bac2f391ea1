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
 * One engine out of all, chosen blob by blob: by the setting, by the kind and the size, and by what the service has.
 *
 * | blob                          | way, and what comes after it where the service has no such operation |
 * |-------------------------------|----------------------------------------------------------------------|
 * | block, fits one request       | put-blob-from-url, blocks-from-url, copy-blob, streamed              |
 * | block, longer                 | blocks-from-url, copy-blob, streamed                                 |
 * | append, page                  | copy-blob, streamed                                                  |
 *
 * `server` never streams; `copy-blob` and `streamed` are taken for every blob.
 *
 * Any client may give a blob a Content-MD5 that is not of its bytes, and Put Blob From URL then refuses them. Such a blob
 * goes the next way, which takes it as it is: it is the user's data, and the only copy of it.
 *
 * A way that the service refuses gives way to the next one, and what is of the account and not of the blob is remembered:
 * see judge-copy.ts. A way that wrote something else than it said is never taken again; what it wrote is overwritten
 * by the next one under its ETag, or removed where there is none. Should the process end in between, the blob has the
 * stamp and not the length of its source, and the next look at it, or the next full sync, copies it.
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

  /** The ways that would do, the best one first. An empty blob has no block that would ask for the source's version. */
  function enginesFor({ source: { kind, size } }: CopyRequest): readonly CopyEngine[] {
    if (options.engine === 'copy-blob') return [copyBlob];
    if (options.engine === 'streamed') return [streamed];
    const last = options.engine === 'server' ? [copyBlob] : [copyBlob, streamed];
    if (kind !== 'block') return last;
    if (size === 0) return [putBlobFromUrl, ...last];
    // Within an account a copy is over at once, whatever the size, and nothing else is at its place meanwhile.
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
      // No copy source is short enough for any other way.
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
        // A source that grows while it is copied is no fault of the way: the next look copies over what came of it.
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
    // A stamp must not stay on what is not whole.
    if (leftover !== undefined) await removeCopy(setup.backup, request.key, leftover.etag);
    return await failWith(request, failure);
  };

  /**
   * All versions of a blob are of one kind (learn.microsoft.com/azure/storage/blobs/versioning-overview). Where nothing is
   * and the kind is refused all the same, versions of another one are: without this, that would be a race for ever.
   */
  async function recheckKind({ key, condition }: CopyRequest, outcome: CopyOutcome): Promise<CopyOutcome> {
    if (outcome.kind !== 'refused' || outcome.reason !== 'backup-versions-of-another-kind') return outcome;
    const isFree = 'nothingThere' in condition && (await findCopy(setup.backup, key)) === undefined;
    return isFree ? outcome : { kind: 'backup-precondition-failed', engine: outcome.engine };
  }

  /** The request that overwrites what a way left that wrote something else. */
  async function replaceLeftover(
    request: CopyRequest,
    left: LeftoverBlob | undefined,
  ): Promise<{ request: CopyRequest; left: LeftoverBlob | undefined }> {
    if (left === undefined) return { request, left };
    if (left.isOfKind) return { request: { ...request, condition: { ifMatch: left.etag } }, left };
    await removeCopy(setup.backup, request.key, left.etag);
    return { request: { ...request, condition: { nothingThere: true } }, left: undefined };
  }

  /** Whether the source still is the version that is to be copied. */
  async function isSourceThere(request: CopyRequest): Promise<boolean> {
    return await readPinned(setup.source, request, 0, Buffer.alloc(0));
  }

  /** What there is to say when no way did. */
  async function failWith(
    request: CopyRequest,
    failure: BlobmirrorError | undefined,
  ): ReturnType<CopyEngine> {
    if (failure !== undefined && toEngineRefusal(failure) === 'key-specific') {
      // A source that moved or was archived meanwhile is refused like that as well.
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
