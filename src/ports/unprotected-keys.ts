import type { Key } from '../model/key.ts';
import type { Unprotected } from '../model/unprotected.ts';

/**
 * The unprotected keys of a mirror, as far as handlers of messages know them. All workers share them in a document; this
 * is the view of one process.
 */
export interface UnprotectedKeys {
  /**
   * The keys that are on record by name, by `keyText`, as this process last read them. A plain map: a key that is
   * mirrored as usual costs one lookup.
   */
  readonly named: ReadonlyMap<string, Pick<NamedMark, 'mark' | 'below'>>;

  /**
   * Records keys. Resolves when the record is stored: only then may their message be settled.
   *
   * @throws BlobmirrorError any storage code, or `race-lost`
   */
  readonly record: (left: readonly Unprotected[]) => Promise<void>;

  /**
   * Clears a key that a check found in step, unless it was recorded again meanwhile. In the background: if it fails, the
   * key stays on record, and is checked again later.
   *
   * @param name as in `named`
   * @param mark its mark when that check began
   */
  readonly clear: (name: string, mark: string) => void;

  /** Reads the named keys anew. @throws BlobmirrorError any storage code */
  readonly refresh: () => Promise<unknown>;

  /** Keys of an event that is not in the scope of this process. In the background. */
  readonly drop: (keys: readonly Key[]) => void;
}

/** A record of a key. */
interface NamedMark {
  /** Changes with each finding, so that an older check does not clear a newer finding. */
  readonly mark: string;
  readonly below?: true;
}

/** For tests and processes that keep no record. */
export const NOTHING_RECORDED: UnprotectedKeys = {
  named: new Map(),
  record: async () => {
    await Promise.resolve();
  },
  clear: () => undefined,
  refresh: async () => await Promise.resolve(),
  drop: () => undefined,
};
