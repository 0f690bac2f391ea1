/** What the user chose. */
export interface Policy {
  /** What becomes of a backup blob whose source is proven to be gone. */
  readonly deletes: 'mirror' | 'keep';
  /** What becomes of a backup blob that the source lacks and that bears no stamp of ours. */
  readonly foreign: 'keep' | 'delete';
  /**
   * Whether an equal Content-MD5 is taken for equal content, so that the stamp alone is renewed. Any client may give a blob
   * an MD5 that is not of its bytes.
   */
  readonly declaredMd5: 'ignore' | 'trust';
  /**
   * The access tier of the backup's block blobs: as at the source where one was set there, one tier for all, or none,
   * for accounts that have no tiers.
   */
  readonly tier: 'same' | 'none' | 'Hot' | 'Cool' | 'Cold' | 'Archive';
  /** Whether index tags are mirrored; it takes the right to read them at the source and to write them on the backup. */
  readonly tags: 'mirror' | 'off';
  /** Whether owner, group, permissions and access control lists are mirrored between hierarchical accounts. */
  readonly acl: 'mirror' | 'off';
}
