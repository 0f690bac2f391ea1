/** What a verification has seen so far. It is counted in place, so that progress and a partial summary can be shown. */
export interface Tally {
  containers: number;
  /** Blobs of the source that were compared. */
  blobs: number;
  /** Directories of a hierarchical source that were compared. */
  directories: number;
  differences: number;
  /** Blobs, directories and containers with at least one difference. */
  differing: number;
  stillMoving: number;
  /** Blobs and directories that the backup alone has and keeps by the settings. */
  kept: number;
  /** Source blobs that were mirrored from the backup account and are not mirrored back. */
  replicas: number;
  /** Blobs in step whose content was neither read nor has an MD5 on both sides. */
  contentUnproven: number;
}

export function createTally(): Tally {
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
