import { type Access, toAccess } from '../../model/access.ts';
import type { Etag } from '../../model/etag.ts';
import { type BlobPath, parseBlobPath } from '../../model/key.ts';
import type { BlobPresent } from '../../model/reading.ts';
import type { Metadata, Stamp } from '../../model/stamp.ts';
import type { Tags } from '../../model/tags.ts';
import type { ListedBlob, ListingOrder, PairsAhead, PairsInStep } from '../../ports/blob-reader.ts';
import { withoutFolderMark } from '../folder-mark.ts';
import { toInferredTier, toReading } from '../to-reading.ts';
import type { ListedDetails } from './listed-details.ts';

/**
 * A blob or directory in a listing. What a comparison needs is at hand; all else is read out of the page when it is
 * asked for, so an entry that is kept keeps its page of some megabytes in memory. Its strings do not.
 */
export abstract class PageEntry implements ListedBlob {
  #path: BlobPath | undefined;

  abstract readonly name: string;
  abstract readonly etag: Etag;
  /** What the metadata's stamp says; undefined for a copy that is under way or was given up, whose content is not there. */
  abstract readonly stamp: Stamp | undefined;
  /** By its resource type, which hierarchical accounts tell; the mark `hdi_isfolder` in the metadata tools set on flat ones, too. */
  abstract readonly isDirectory: boolean;
  abstract readonly isBlockBlob: boolean;
  /** The length of its content; 0 where the listing tells none. */
  abstract readonly bytes: number;
  /** Of a block blob: the tier that was set on it, or that it is on its way to. */
  abstract readonly tier: string | undefined;
  /** @throws DamagedPage when a property is none: a size that is no number, for one */
  abstract details(): ListedDetails;
  ascendsTo?(last: ListedBlob, order: ListingOrder): boolean;
  findInStep?(backup: ListedBlob, ahead: PairsAhead): PairsInStep;

  get path(): BlobPath {
    return (this.#path ??= parseBlobPath(this.name));
  }

  get metadata(): Metadata | undefined {
    return this.isDirectory ? withoutFolderMark(this.details().metadata) : undefined;
  }

  get access(): Access | undefined {
    const { access } = this.details();
    return toAccess(access?.owner, access?.group, access?.permissions, access?.acl);
  }

  get inferredTier(): string | undefined {
    return this.isBlockBlob && this.tier === undefined
      ? toInferredTier(this.details().properties)
      : undefined;
  }

  get tags(): Tags | undefined {
    return this.details().tags;
  }

  reading(): BlobPresent | undefined {
    if (this.isDirectory) return undefined;
    const { properties, metadata, isMetadataWhole } = this.details();
    if (!isMetadataWhole) return undefined;
    const { access } = this;
    return { ...toReading(properties, metadata), ...(access !== undefined && { access }) };
  }
}
