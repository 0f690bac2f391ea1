import { BlobmirrorError } from '../../model/errors.ts';
import { keyText } from '../../model/key.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';
import { blobClient } from '../blob-client.ts';
import { toBlobHeaders } from '../to-blob-headers.ts';
import { toWriteOutcome } from '../write-outcome.ts';
import { toBlockOutcome } from './block-outcome.ts';
import { toBlockSize } from './block-plan.ts';
import { md5Of } from './content-md5.ts';
import { createCopyAside } from './copy-aside.ts';
import type { CopyBlob, CopySetup } from './copy-engine.ts';
import { copyInBlocks, type StageBlock } from './copy-in-blocks.ts';
import type { BlockOptions } from './copy-options.ts';
import { readPinned } from './read-pinned.ts';
import { tagOptions } from './tag-options.ts';
import { toConditions } from './to-conditions.ts';

/**
 * A block blob through the process: in one request where one block holds it, else block by block. Memory is that of the
 * blocks at once, whatever the blob's size; larger blocks mean fewer at once.
 */
export function createStreamBlockBlob(setup: CopySetup): CopyBlob {
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
      const stage: StageBlock = async ({ id, offset, count }, lane) => {
        const bytes = (buffers[lane] ?? Buffer.allocUnsafeSlow(count)).subarray(0, count);
        if (!(await readPinned(source, wanted, offset, bytes, budget.signal)))
          return { outcome: 'source-moved' };
        const checked = { transactionalContentMD5: md5Of(bytes), abortSignal: budget.signal };
        return await toBlockOutcome(sides, () => blob.stageBlock(id, bytes, count, checked));
      };
      return await copyInBlocks(blob, sides, wanted, blocks, budget, { stage, isProven: true });
    });

    /** A Put Blob has its Content-MD5 checked; one that is not of the bytes can only be given to committed blocks. */
    async function putWhole({
      source: pinned,
      ...wanted
    }: CopyRequest): Promise<WriteOutcome | 'misdeclared'> {
      const bytes = Buffer.alloc(pinned.size);
      if (!(await readPinned(source, request, 0, bytes))) return { outcome: 'source-moved' };
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

/** @throws BlobmirrorError `source-too-large` when not even one block fits the memory that all were to take */
function fitMemory({ key, source }: CopyRequest, { size, atOnce }: BlockOptions): BlockOptions {
  const blockSize = toBlockSize(source.size, size);
  if (blockSize > size * atOnce) {
    throw new BlobmirrorError(
      'source-too-large',
      `${keyText(key)} has ${source.size} bytes, too many to pass through the process`,
    );
  }
  return { size: blockSize, atOnce: Math.floor((size * atOnce) / blockSize) };
}
