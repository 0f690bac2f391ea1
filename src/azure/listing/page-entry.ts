import { type Access, toAccess } from '../../model/access.js';
import type { Etag } from '../../model/etag.js';
import { type BlobPath, parseBlobPath } from '../../model/key.js';
import type { BlobPresent } from '../../model/reading.js';
import type { Metadata, Stamp } from '../../model/stamp.js';
import type { Tags } from '../../model/tags.js';
import type { ListedBlob, PairsAhead } from '../../ports/blob-reader.js';
import { withoutFolderMark } from '../folder-mark.js';
import { toReading } from '../to-reading.js';
import type { ListedEntry } from './listed-page.js';

/** An entry as the ports have it: what is asked for is read out of its page, and nothing else. */
export class PageEntry implements ListedBlob {
  readonly #entry: ListedEntry;
  #path: BlobPath | undefined;
  /** Of the page that it is on. */
  readonly forgetPage: () => void;

  constructor(entry: ListedEntry, forgetPage: () => void) {
    this.#entry = entry;
    this.forgetPage = forgetPage;
  }

  get path(): BlobPath {
    return (this.#path ??= parseBlobPath(this.#entry.name));
  }

  ascendsTo(last: ListedBlob): boolean {
    return last instanceof PageEntry && this.#entry.ascendsTo?.(last.#entry) === true;
  }

  countInStep(backup: ListedBlob, { last, backupLast, ...ahead }: PairsAhead<ListedBlob>): number {
    const arePages =
      backup instanceof PageEntry && last instanceof PageEntry && backupLast instanceof PageEntry;
    return arePages
      ? (this.#entry.countInStep?.(backup.#entry, {
          ...ahead,
          last: last.#entry,
          backupLast: backupLast.#entry,
        }) ?? 0)
      : 0;
  }

  get isDirectory(): boolean {
    return this.#entry.isDirectory;
  }

  get isBlockBlob(): boolean {
    return this.#entry.isBlockBlob;
  }

  get bytes(): number {
    return this.#entry.bytes;
  }

  get etag(): Etag {
    return this.#entry.etag;
  }

  get stamp(): Stamp | undefined {
    return this.#entry.stamp;
  }

  get tier(): string | undefined {
    return this.#entry.tier;
  }

  get metadata(): Metadata | undefined {
    return this.isDirectory ? withoutFolderMark(this.#entry.details().metadata) : undefined;
  }

  get access(): Access | undefined {
    const { access } = this.#entry.details();
    return toAccess(access?.owner, access?.group, access?.permissions, access?.acl);
  }

  get tags(): Tags | undefined {
    return this.#entry.details().tags;
  }

  reading(): BlobPresent | undefined {
    if (this.isDirectory) return undefined;
    const { properties, metadata, isMetadataWhole } = this.#entry.details();
    if (!isMetadataWhole) return undefined;
    const { access } = this;
    return { ...toReading(properties, metadata), ...(access !== undefined && { access }) };
  }
}
