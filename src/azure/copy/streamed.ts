import { blobClient, md5Of, tagOptions, toBlobHeaders, toConditions } from '../blob/blob-client.ts';
import { readPinned } from './compare-content.ts';
import { createCopyAside } from './copy-aside.ts';
import type { BlockOptions, CopyBlob, CopyEngine, CopySetup } from './copy-engine.ts';
import { type StageBlock, copyInBlocks, toBlockOutcome, toBlockSize } from './copy-in-blocks.ts';
import { createStreamAppendBlob, createStreamPageBlob } from './stream-in-place.ts';
import { toWriteOutcome } from '../errors/storage-error.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { keyText } from '../../model/key.ts';
import type { BlobKind } from '../../model/reading.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';

/** All bytes pass through this process, in bounded memory, each piece with an MD5 that the service checks. */
export function createStreamed(setup: CopySetup): CopyEngine {
  const streams: Readonly<Record<BlobKind, CopyBlob>> = {
    block: createStreamBlockBlob(setup),
    append: createStreamAppendBlob(setup),
    page: createStreamPageBlob(setup),
  };
  return async (request, budget) => ({
    ...(await streams[request.source.kind](request, budget)),
    engine: 'streamed',
  });
}

/**
 * Streams a block blob through the process: in one request if it fits one block, else block by block. Holds
 * only the current blocks in memory, whatever the blob's size; with larger blocks, fewer at a time.
 */
function createStreamBlockBlob(setup: CopySetup): CopyBlob {
  const { backup, source, options } = setup;
  const sides = { backup: backup.name, source: source.name };
  const copyAside = createCopyAside(setup);
  const blobOf = ({ key }: CopyRequest) => blobClient(backup, key).getBlockBlobClient();
  return async (request, budget) => {
    if (request.source.size <= options.streamedBlock.size) {
      const whole = await putWhole(request);
      if (whole !== 'misdeclared') return whole;
    }

    const blocks = fitMemory(request, options.streamedBlock);
    const buffers = Array.from({ length: blocks.atOnce }, () => Buffer.allocUnsafeSlow(blocks.size));
    return await copyAside(request, async (wanted) => {
      const blob = blobOf(wanted);
      const stage: StageBlock = async ({ id, offset, count }, worker) => {
        const bytes = (buffers[worker] ?? Buffer.allocUnsafeSlow(count)).subarray(0, count);
        if (!(await readPinned(source, wanted, offset, bytes, budget.signal)))
          return { kind: 'source-precondition-failed' };
        const checked = { transactionalContentMD5: md5Of(bytes), abortSignal: budget.signal };
        return await toBlockOutcome(sides, () => blob.stageBlock(id, bytes, count, checked));
      };
      return await copyInBlocks(blob, sides, wanted, blocks, budget, { stage, isProven: true });
    });

    /**
     * The service checks the Content-MD5 of a Put Blob; one that does not match the bytes can only be set on
     * committed blocks.
     */
    async function putWhole({
      source: pinned,
      ...wanted
    }: CopyRequest): Promise<WriteOutcome | 'misdeclared'> {
      const bytes = Buffer.alloc(pinned.size);
      if (!(await readPinned(source, request, 0, bytes))) return { kind: 'source-precondition-failed' };
      const md5 = Buffer.from(md5Of(bytes)).toString('base64');
      if (pinned.contentMd5 !== undefined && pinned.contentMd5 !== md5) return 'misdeclared';
      return await toWriteOutcome(sides, () =>
        blobOf(request).upload(bytes, bytes.length, {
          blobHTTPHeaders: toBlobHeaders(pinned.headers, md5),
          metadata: { ...wanted.metadata },
          ...tagOptions(wanted.tags),
          ...(wanted.tier !== undefined && { tier: wanted.tier }),
          conditions: toConditions(wanted.condition),
        }),
      );
    }
  };
}

/** @throws BlobmirrorError `source-too-large` when not even one block fits the memory limit */
function fitMemory({ key, source }: CopyRequest, { size, atOnce }: BlockOptions): BlockOptions {
  const blockSize = toBlockSize(source.size, size);
  if (blockSize > size * atOnce) {
    throw new BlobmirrorError(
      'source-too-large',
      `${keyText(key)} has ${source.size} bytes, too many to stream through the process`,
    );
  }
  return { size: blockSize, atOnce: Math.floor((size * atOnce) / blockSize) };
}
