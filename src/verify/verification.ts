import type { Difference, Place } from '../api/difference.ts';
import type { Policy } from '../mirror/policy.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { BlobPresent, DirectoryPresent, Tags } from '../model/reading.ts';
import type { Scope } from '../model/scope.ts';
import type { AccountInspector } from '../ports/account-inspector.ts';

/** What is to be compared, and how closely. */
export interface Verification {
  readonly source: AccountInspector;
  /** With its containers under their source names. */
  readonly backup: AccountInspector;
  readonly scope: Scope;
  /** The mirror's own policy: tags, tiers, access and kept blobs are judged by it. */
  readonly policy: Policy;
  /** Only these containers of the scope, by their names at the source; undefined for all of it. */
  readonly containers: ReadonlySet<ContainerName> | undefined;
  /** Only blobs and directories whose path begins with it; empty: all. */
  readonly prefix: string;
  readonly content: ContentCheck;
  /**
   * Time for the mirror to follow a change, in milliseconds. A backup that is behind is a difference only
   * after its source was unchanged for this long.
   */
  readonly settleMs: number;
  readonly found: (place: Place, difference: Difference) => void;
  /** The key kept changing while it was watched, so it could not be compared. */
  readonly stillMoving: (key: Key) => void;
}

/** `md5`: by the Content-MD5 where both sides have one. `read`: every byte of both sides. `none`: not at all. */
export type ContentCheck = 'md5' | 'read' | 'none';

/** A key on one side without its content, from a read or from a listing. */
export interface KeyView {
  readonly reading: BlobPresent | DirectoryPresent;
  readonly tags: Tags;
}

export interface BlobView extends KeyView {
  readonly reading: BlobPresent;
}

export function isBlobView(view: KeyView): view is BlobView {
  return view.reading.kind !== 'directory';
}

/** The counts of a verification, updated in place for progress and partial summaries. */
export interface VerificationCounts {
  containers: number;
  /** Blobs of the source that were compared. */
  blobs: number;
  /** Directories of a hierarchical source that were compared. */
  directories: number;
  differences: number;
  /** Blobs, directories and containers with at least one difference. */
  differing: number;
  stillMoving: number;
  /** Blobs and directories that only the backup has and keeps by the settings. */
  kept: number;
  /** Source blobs that were mirrored from the backup account and are not mirrored back. */
  replicas: number;
  /** Blobs that agree but whose content was not read and that lack an MD5 on a side. */
  contentUnproven: number;
}

export function createVerificationCounts(): VerificationCounts {
  return {
    containers: 0,
    blobs: 0,
    directories: 0,
    differences: 0,
    differing: 0,
    stillMoving: 0,
    kept: 0,
    replicas: 0,
    contentUnproven: 0,
  };
}
