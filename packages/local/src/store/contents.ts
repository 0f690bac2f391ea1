import { Readable } from 'node:stream';
import { type Extent, ZERO_EXTENT } from './blob.ts';
import type { Database, Statement } from './database.ts';
import type { LargeContents } from './large-contents.ts';

/** Content of up to this many bytes is kept in the database, larger content in a file of its own. */
export const SMALL_BYTES = 64 * 1024;

/** Bytes that arrived and that no row refers to yet: in memory, or in a file that is written. */
class NewContent implements Extent {
  /** Of the stored content, once it is stored. */
  id = '';
  readonly offset = 0;
  readonly count: number;
  readonly bytes: Buffer | undefined;
  readonly file: string | undefined;

  constructor(count: number, bytes: Buffer | undefined, file: string | undefined) {
    this.count = count;
    this.bytes = bytes;
    this.file = file;
  }
}

/** The bytes of blobs. Content never changes: an overwrite makes a new one, and copies share it. */
export class Contents {
  readonly #large: LargeContents;
  readonly #onError: (error: unknown) => void;
  readonly #insert: Statement;
  readonly #select: Statement;
  /** How many streams read a content, by its id, or by its file before it has one. */
  readonly #reading = new Map<string, number>();
  /** Files that rows of this transaction refer to: they are kept when it is committed. */
  readonly #referred: string[] = [];

  /** @param onError called when content cannot be written. Must not throw. */
  constructor(database: Database, large: LargeContents, onError: (error: unknown) => void) {
    this.#large = large;
    this.#onError = onError;
    this.#insert = database.prepare('INSERT INTO contents (refs, length, bytes, file) VALUES (0, ?, ?, ?)');
    this.#select = database.prepare('SELECT bytes, file FROM contents WHERE id = ?');
    database.onEnd((isCommitted) => {
      for (const file of this.#referred.splice(0)) if (isCommitted) large.keep(file);
    });
  }

  /**
   * Takes bytes in. Small ones wait in memory for the transaction that refers to them; large ones are in their file
   * when this resolves.
   */
  async receive(body: Readable | Buffer): Promise<Extent> {
    if (Buffer.isBuffer(body) && body.length <= SMALL_BYTES)
      return new NewContent(body.length, Buffer.from(body), undefined);
    const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
    // A refused body is read to its end all the same, since a client may not read an answer before.
    const iterator = source.iterator({ destroyOnReturn: false });
    try {
      return await this.#receive(iterator);
    } catch (error) {
      await iterator.return?.();
      source.on('error', () => {});
      source.resume();
      this.#onError(error);
      throw error;
    }
  }

  async #receive(iterator: AsyncIterableIterator<unknown>): Promise<NewContent> {
    const chunks: Buffer[] = [];
    let length = 0;
    while (length <= SMALL_BYTES) {
      const next = await iterator.next();
      if (next.done === true) return new NewContent(length, Buffer.concat(chunks, length), undefined);
      const chunk = Buffer.from(next.value as Uint8Array | string);
      chunks.push(chunk);
      length += chunk.length;
    }
    const rest = iterator as AsyncIterableIterator<Uint8Array>;
    const { file, count } = await this.#large.write(chunks, rest);
    return new NewContent(count, undefined, file);
  }

  /** The id of stored content, which is stored now if it is new; null for no content and for zeros. */
  store(extent: Extent | undefined): number | null {
    if (extent === undefined || extent.count === 0 || extent.id === ZERO_EXTENT) return null;
    if (!(extent instanceof NewContent)) return Number(extent.id);
    if (extent.file !== undefined) this.#referred.push(extent.file);
    return this.#insert.run(extent.count, extent.bytes ?? null, extent.file ?? null).id;
  }

  /** Stores content within this transaction, for several rows to refer to. */
  share(content: Extent | Buffer): Extent {
    const given = Buffer.isBuffer(content) ? new NewContent(content.length, content, undefined) : content;
    const id = this.store(given);
    return id === null ? given : { id: String(id), offset: 0, count: given.count };
  }

  /** Reads bytes of one content after the other. @throws when a content is gone */
  read(extents: readonly Extent[], offset: number, count: number): Readable {
    const parts = cut(extents, offset, count);
    const [only] = parts;
    if (only === undefined) return Readable.from([]);
    if (parts.length === 1) {
      const bytes = this.#bytesOf(only);
      if (bytes !== undefined) return oneChunk(bytes);
    }
    const stream = Readable.from(this.#chunks(parts), { objectMode: false });
    const keys = parts.map((part) => keyOf(part));
    for (const key of keys) this.#reading.set(key, (this.#reading.get(key) ?? 0) + 1);
    stream.once('close', () => {
      for (const key of keys) this.#ended(key);
    });
    return stream;
  }

  /** Whether a stream that is not closed reads a content: by its id, or by its file before it has one. */
  isRead(key: string): boolean {
    return this.#reading.has(key);
  }

  #ended(key: string): void {
    const left = (this.#reading.get(key) ?? 0) - 1;
    if (left > 0) this.#reading.set(key, left);
    else this.#reading.delete(key);
  }

  async *#chunks(parts: readonly Extent[]): AsyncGenerator<Buffer> {
    for (const part of parts) {
      if (part.id === ZERO_EXTENT) yield* zeros(part.count);
      else {
        const bytes = this.#bytesOf(part);
        if (bytes !== undefined) yield bytes;
        else yield* whole(this.#large.read(this.#fileOf(part), part.offset, part.count), part.count);
      }
    }
  }

  /** Undefined when it is in a file. */
  #bytesOf(extent: Extent): Buffer | undefined {
    if (extent.id === ZERO_EXTENT) return undefined;
    const bytes = extent instanceof NewContent ? extent.bytes : this.#stored(extent).bytes;
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset + extent.offset, extent.count);
  }

  #fileOf(extent: Extent): string {
    const file = extent instanceof NewContent ? extent.file : this.#stored(extent).file;
    if (file === undefined) throw new Error(`the content ${extent.id} has no file`);
    return file;
  }

  #stored({ id }: Extent): { bytes: Uint8Array | undefined; file: string | undefined } {
    const row = this.#select.get(Number(id));
    if (row === undefined) throw new Error(`the content ${id} is gone`);
    const [bytes, file] = row;
    return {
      bytes: bytes instanceof Uint8Array ? bytes : undefined,
      file: typeof file === 'string' ? file : undefined,
    };
  }
}

function keyOf(extent: Extent): string {
  return extent instanceof NewContent ? (extent.file ?? '') : extent.id;
}

/** The parts of the extents, one after the other, that hold `count` bytes from `offset` on. */
function cut(extents: readonly Extent[], offset: number, count: number): readonly Extent[] {
  const parts: Extent[] = [];
  const end = offset + count;
  let at = 0;
  for (const extent of extents) {
    const from = Math.max(offset, at);
    const to = Math.min(end, at + extent.count);
    if (from < to) parts.push(sliceOf(extent, from - at, to - from));
    at += extent.count;
    if (at >= end) break;
  }
  if (at < end && count > 0) throw new RangeError(`the content has ${at} bytes, and ${end} are wanted`);
  return parts;
}

function sliceOf(extent: Extent, skip: number, count: number): Extent {
  if (skip === 0 && count === extent.count) return extent;
  if (!(extent instanceof NewContent)) return { id: extent.id, offset: extent.offset + skip, count };
  return Object.assign(new NewContent(count, extent.bytes, extent.file), { offset: skip });
}

/** @throws Error when there are fewer bytes, since an answer that ends early looks like one that is slow */
async function* whole(chunks: ReturnType<LargeContents['read']>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of chunks) {
    left -= chunk.length;
    yield chunk;
  }
  if (left > 0) throw new Error(`a file of contents lacks ${left} bytes`);
}

function oneChunk(bytes: Buffer): Readable {
  return new Readable({
    read() {
      this.push(bytes);
      this.push(null);
    },
  });
}

const noBytes = Buffer.alloc(64 * 1024);

function* zeros(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= noBytes.length)
    yield left < noBytes.length ? noBytes.subarray(0, left) : noBytes;
}
