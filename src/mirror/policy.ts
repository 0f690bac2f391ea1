/** What the user chose in the settings. */
export interface Policy {
  /** Whether a backup blob is deleted if the source is proven to lack it. */
  readonly deletes: 'mirror' | 'keep';
  /** Whether a backup blob without our stamp is deleted if the source lacks it. */
  readonly foreign: 'keep' | 'delete';
  /**
   * `trust`: an equal Content-MD5 counts as equal content, so only the stamp is renewed. Any client may declare an MD5 that
   * does not match the bytes.
   */
  readonly declaredMd5: 'ignore' | 'trust';
  /**
   * The access tier of the backup's block blobs: the one that was set at the source, one for all, or none for accounts
   * without tiers.
   */
  readonly tier: 'same' | 'none' | 'Hot' | 'Cool' | 'Cold' | 'Archive';
  /** Whether index tags are mirrored. That needs the right to read them at the source and to write them on the backup. */
  readonly tags: 'mirror' | 'off';
  /** Whether owner, group, permissions and access control lists are mirrored between hierarchical accounts. */
  readonly acl: 'mirror' | 'off';
}
