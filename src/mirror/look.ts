/** What a look is for. */
export interface Look {
  /** The time of the event that asks for it: what is known of directories by a newer reading need not be read again. */
  readonly since?: Date | undefined;
  /** The key is the directory above another key: see `Tree.convergeAbove`. */
  readonly isAbove?: true;
  /** The user gave leave to delete what the source lacks and we did not put on the backup. */
  readonly deleteForeign?: true;
}
