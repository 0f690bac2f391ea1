import { type Readable, addAbortSignal } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Account } from '../account/connect-account.ts';
import { type Listing, toQuery } from './listing.ts';
import type { ContainerName } from '../../model/key.ts';

/** Requests a page and resolves to the answer. One at a time. */
export type PageRequest = (listing: Listing) => Promise<PageAnswer>;

interface PageAnswer {
  readonly bytes: Buffer;
  /** The bytes are no longer needed: the next page may overwrite them. */
  readonly release: () => void;
  readonly readAt: Date | undefined;
}

/** A body that ended early. The cause has the details. */
export class LostBody extends Error {
  override readonly name = 'LostBody';
}

/** Requests for pages of a container's listing as bytes, which the SDK has no call for. */
export function openListing(account: Account, container: ContainerName): PageRequest {
  const { url } = account.client.getContainerClient(container);
  const joint = url.includes('?') ? '&' : '?';
  let room: Buffer | undefined;

  return async (listing) => {
    const response = await account.client.send({
      method: 'GET',
      url: `${url}${joint}${toQuery(listing)}`,
      signal: listing.signal,
      expected: 200,
      isStreamed: true,
    });
    // For one page only.
    const [taken, stream] = [room, response.readableStreamBody];
    room = undefined;
    if (stream === undefined) throw new Error('the SDK did not hand over the body of a listing');
    const page = await readWithin(response.request.timeout, stream as Readable, taken);
    return {
      bytes: page.read(),
      release: () => (room = page.room),
      readAt: toDate(response.headers.get('date')),
    };
  };
}

/** The request's time-out covers a body that the SDK reads, but not one that it hands over as a stream. */
async function readWithin(
  milliseconds: number,
  stream: Readable,
  room: Buffer | undefined,
): Promise<PageBody> {
  const overdue = new AbortController();
  const timer = milliseconds > 0 ? setTimeout(() => overdue.abort(), milliseconds) : undefined;
  const body = new PageBody(room);
  // Chunks as they arrive: iterating over the stream concatenates those that are waiting, which copies once
  // more.
  stream.on('data', (piece: Buffer) => body.add(piece));
  try {
    await finished(addAbortSignal(overdue.signal, stream));
    return body;
  } catch (cause) {
    throw new LostBody('the body of a listing was cut off', { cause });
  } finally {
    clearTimeout(timer);
  }
}

function toDate(text = ''): Date | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const FIRST_BYTES = 64 * 1024;

/**
 * The bytes of a page as they arrive. They are written to their final buffer at once: collecting megabytes of
 * chunks and concatenating them at the end would hold them in memory twice.
 */
class PageBody {
  #bytes: Buffer;
  #length = 0;

  /** @param room a free buffer to reuse, if there is one */
  constructor(room: Buffer | undefined) {
    this.#bytes = room ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) this.#grow(Math.max(length, this.#bytes.length * 2));
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** All bytes so far. */
  read(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** The buffer with these bytes, and the free rest of it. */
  get room(): Buffer {
    return this.#bytes;
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(size);
    larger.set(this.read());
    this.#bytes = larger;
  }
}
