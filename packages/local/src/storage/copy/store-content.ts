import { createHash, type Hash } from 'node:crypto';
import { Transform, pipeline, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

import type { Context, Extent } from '../../azurite/azurite-model.ts';
import type { ExtentStore } from '../../azurite/azurite-stores.ts';
import type { CopySource } from './copy-source.ts';
import { storageError } from '../../azurite/azurite.ts';

export interface StoredContent {
  readonly extent: Extent;
  readonly md5: Buffer;
}

/**
 * Stores the bytes of a copy source, chunk by chunk, and hashes the bytes that passed. Content that is
 * already in one extent of this store is shared instead of written again. Fails with 400 `Md5Mismatch` when
 * the caller gave another hash.
 */
export async function storeContent(
  source: CopySource,
  extents: ExtentStore,
  expectedMd5: Uint8Array | string | undefined,
  context: Context,
): Promise<StoredContent> {
  const hash = createHash('md5');
  if (source.extent) {
    const body = await source.open();
    body.on('data', (chunk: Buffer) => hash.update(chunk));
    await finished(body);
    const md5 = hash.digest();
    verifyMd5(md5, expectedMd5, context);
    return { extent: source.extent, md5 };
  }
  const extent = await extents.appendExtent(
    pipeline(await source.open(), hashing(hash), ignoreError),
    context.contextId,
  );
  if (extent.count !== source.length)
    throw storageError(context, 500, 'InternalError', 'The copy source ended before its length.');
  const md5 = hash.digest();
  verifyMd5(md5, expectedMd5, context);
  return { extent, md5 };
}

export function verifyMd5(md5: Buffer, expected: Uint8Array | string | undefined, context: Context): void {
  if (expected === undefined) return;
  const given = typeof expected === 'string' ? expected : Buffer.from(expected).toString('base64');
  const found = md5.toString('base64');
  if (given !== found)
    throw storageError(
      context,
      400,
      'Md5Mismatch',
      'The MD5 value specified in the request did not match with the MD5 value calculated by the server.',
      { UserSpecifiedMd5: given, ServerCalculatedMd5: found },
    );
}

/** Passes the bytes on; fails at the end with 400 `Md5Mismatch` when their hash is not the expected one. */
export function verifiedBody(
  body: Readable,
  expectedMd5: Uint8Array | string | undefined,
  context: Context,
): Readable {
  if (expectedMd5 === undefined) return body;
  const hash = createHash('md5');
  return pipeline(
    body,
    hashing(hash, () => verifyMd5(hash.digest(), expectedMd5, context)),
    ignoreError,
  );
}

function hashing(hash: Hash, atEnd: () => void = () => {}): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      try {
        atEnd();
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

/** The reader of the pipeline's end gets the error too. */
function ignoreError(): void {}
