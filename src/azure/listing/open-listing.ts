import { type Readable, addAbortSignal } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Account } from '../account/connect-account.ts';
import { type Listing, toQuery } from './listing.ts';
import type { ContainerName } from '../../model/key.ts';

/** Asks for a page and resolves to the answer. One at a time. */
export type PageRequest = (listing: Listing) => Promise<PageAnswer>;

interface PageAnswer {
  readonly bytes: Buffer;
  /** They are needed no more: the next page may take their place. */
  readonly release: () => void;
  readonly readAt: Date | undefined;
}

/** A body that ended before its end. What caused it tells the rest. */
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
    // For one page alone.
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

/** A body that is read by the SDK is under the request's limit of time; one that it hands over is not any more. */
async function readWithin(
  milliseconds: number,
  stream: Readable,
  room: Buffer | undefined,
): Promise<PageBody> {
  const overdue = new AbortController();
  const timer = milliseconds > 0 ? setTimeout(() => overdue.abort(), milliseconds) : undefined;
  const body = new PageBody(room);
  // As they come: a loop over the stream is given what came meanwhile put together, a copy more.
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
 * Bytes of a page as they come. They are put where they stay, since pieces of some megabytes that are put together at
 * the end are in memory twice until then.
 */
class PageBody {
  #bytes: Buffer;
  #length = 0;

  /** @param room to put them, if there is some that nobody needs */
  constructor(room: Buffer | undefined) {
    this.#bytes = room ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) this.#grow(Math.max(length, this.#bytes.length * 2));
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** All of them so far. */
  read(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Where they are, and what is left of it. */
  get room(): Buffer {
    return this.#bytes;
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(size);
    larger.set(this.read());
    this.#bytes = larger;
  }
}
