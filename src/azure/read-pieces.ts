import type { BlockBlobClient } from '@azure/storage-blob';

const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * The bytes of a blob, a piece at a time, each with a request of its own: whoever reads them may be busy for minutes in
 * between, and no connection would be held open for so long. All are of the version that the first one is of.
 */
export async function* readPieces(
  blob: BlockBlobClient,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<Buffer, void, void> {
  let version: string | undefined;
  let total = 1;
  for (let offset = 0; offset < total; offset += pieceBytes) {
    const { etag, contentRange, readableStreamBody } = await blob.download(offset, pieceBytes, {
      ...(version !== undefined && { conditions: { ifMatch: version } }),
    });
    version ??= etag;
    // `bytes 0-4194303/10000000`
    total = Number(contentRange?.split('/')[1] ?? 0);
    const pieces: Buffer[] = [];
    for await (const piece of readableStreamBody ?? []) pieces.push(Buffer.from(piece));
    yield Buffer.concat(pieces);
  }
}
