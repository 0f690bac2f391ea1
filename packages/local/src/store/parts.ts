import {
  type Block,
  type Extent,
  type PageRange,
  type StagedBlock,
  type StoredBlob,
  ZERO_EXTENT,
} from './blob.ts';
import type { Contents } from './contents.ts';
import type { Database, Row, Statement } from './database.ts';

/** The blocks, appended blocks, pages and staged blocks of blobs, by the blob's id. */
export class Parts {
  readonly #contents: Contents;
  readonly #all: Statement;
  readonly #count: Statement;
  readonly #next: Statement;
  readonly #overlapping: Statement;
  readonly #insert: Statement;
  readonly #removeAll: Statement;
  readonly #removeOne: Statement;
  readonly #copy: Statement;
  readonly #staged: Statement;
  readonly #stage: Statement;
  readonly #unstage: Statement;
  readonly #unstageAll: Statement;

  constructor(database: Database, contents: Contents) {
    this.#contents = contents;
    const select = 'SELECT position, name, length, content, start FROM parts WHERE blob = ?';
    this.#all = database.prepare(`${select} ORDER BY position`);
    this.#overlapping = database.prepare(
      `${select} AND position <= ? AND position + length > ? ORDER BY position`,
    );
    this.#count = database.prepare('SELECT count(*) FROM parts WHERE blob = ?');
    this.#next = database.prepare('SELECT ifnull(max(position) + 1, 0) FROM parts WHERE blob = ?');
    this.#insert = database.prepare(
      'INSERT INTO parts (blob, position, name, length, content, start) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#removeAll = database.prepare('DELETE FROM parts WHERE blob = ?');
    this.#removeOne = database.prepare('DELETE FROM parts WHERE blob = ? AND position = ?');
    this.#copy = database.prepare(
      'INSERT INTO parts SELECT ?, position, name, length, content, start FROM parts WHERE blob = ?',
    );
    this.#staged = database.prepare(
      'SELECT number, name, length, content, start FROM staged WHERE blob = ? ORDER BY number',
    );
    this.#stage = database.prepare(
      `INSERT INTO staged (blob, name, number, length, content, start)
       VALUES (?1, ?2, 1 + ifnull((SELECT max(number) FROM staged WHERE blob = ?1), 0), ?3, ?4, ?5)`,
    );
    this.#unstage = database.prepare('DELETE FROM staged WHERE blob = ? AND name = ?');
    this.#unstageAll = database.prepare('DELETE FROM staged WHERE blob = ?');
  }

  /** Gives a blob its pages or blocks, which a read of the blob alone leaves out. */
  load(blob: StoredBlob): StoredBlob {
    if (blob.properties.blobType === 'PageBlob') blob.pageRangesInOrder = this.pages(blob.id);
    else if (blob.persistency === undefined) blob.committedBlocksInOrder = this.blocks(blob.id);
    return blob;
  }

  /** The blocks of a block or append blob, in their order. */
  blocks(blob: number): readonly Block[] {
    return this.#all.all(blob).map((row) => toBlock(row));
  }

  /** The number of blocks, or of ranges of pages. */
  count(blob: number): number {
    return Number(this.#count.get(blob)?.[0] ?? 0);
  }

  /** Replaces all blocks. */
  setBlocks(blob: number, blocks: readonly Block[]): void {
    const contents = blocks.map(({ persistency }) => this.#contents.store(persistency));
    this.#removeAll.run(blob);
    for (const [position, block] of blocks.entries())
      this.#put(blob, position, block.name, block.persistency, contents[position] ?? null);
  }

  /** Adds a block behind the others. */
  append(blob: number, block: Block): void {
    const position = Number(this.#next.get(blob)?.[0]);
    this.#put(blob, position, block.name, block.persistency, this.#contents.store(block.persistency));
  }

  /** The written ranges of a page blob, in their order. */
  pages(blob: number): readonly PageRange[] {
    return this.#all.all(blob).map((row) => toPages(row));
  }

  /** Writes the pages from byte `start` to byte `end`, both included. */
  writePages(blob: number, start: number, end: number, persistency: Extent): void {
    const content = this.#contents.store(persistency);
    this.clearPages(blob, start, end);
    this.#put(blob, start, '', { ...persistency, count: end - start + 1 }, content);
  }

  /** Makes the pages from byte `start` to byte `end` unwritten, both included. */
  clearPages(blob: number, start: number, end: number): void {
    for (const row of this.#overlapping.all(blob, end, start)) {
      const range = toPages(row);
      const { id, offset } = range.persistency;
      const content = id === ZERO_EXTENT ? null : Number(id);
      // The rest is added before the range is removed, so that its content stays referenced.
      if (range.end > end)
        this.#put(
          blob,
          end + 1,
          '',
          { id, offset: offset + end + 1 - range.start, count: range.end - end },
          content,
        );
      this.#removeOne.run(blob, range.start);
      if (range.start < start)
        this.#put(blob, range.start, '', { id, offset, count: start - range.start }, content);
    }
  }

  /** Gives a new blob or snapshot the blocks or pages of another. */
  copy(from: number, to: number): void {
    this.#copy.run(to, from);
  }

  /** In the order in which they were staged. */
  staged(blob: number): readonly StagedBlock[] {
    return this.#staged.all(blob).map((row) => ({ ...toBlock(row), isCommitted: false }));
  }

  /** Stages a block, in place of one with this name. */
  stage(blob: number, block: Block): void {
    const content = this.#contents.store(block.persistency);
    this.#unstage.run(blob, block.name);
    this.#stage.run(blob, block.name, block.size, content, block.persistency.offset);
  }

  unstage(blob: number, name: string): void {
    this.#unstage.run(blob, name);
  }

  unstageAll(blob: number): void {
    this.#unstageAll.run(blob);
  }

  #put(blob: number, position: number, name: string, extent: Extent, content: number | null): void {
    this.#insert.run(blob, position, name, extent.count, content, extent.offset);
  }
}

function toExtent([, , length, content, start]: Row): Extent {
  return {
    id: content === null ? ZERO_EXTENT : String(content),
    offset: Number(start),
    count: Number(length),
  };
}

function toBlock(row: Row): Block {
  return { name: String(row[1]), size: Number(row[2]), persistency: toExtent(row) };
}

function toPages(row: Row): PageRange {
  const start = Number(row[0]);
  return { start, end: start + Number(row[2]) - 1, persistency: toExtent(row) };
}
