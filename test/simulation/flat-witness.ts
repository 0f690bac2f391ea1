import type { MemoryAccount } from '../memory/memory-account.ts';
import type { StoredBlob } from '../memory/memory-entry.ts';
import type { Etag } from '../../src/model/etag.ts';
import { type Key, keyText } from '../../src/model/key.ts';
import type { BlobKind } from '../../src/model/reading.ts';
import { splitStamp } from '../../src/model/stamp.ts';
import type { Call } from './call.ts';
import { isSecured } from './is-secured.ts';
import type { Stage } from './stage.ts';
import { expectNoStage } from './expect-no-stage.ts';
import { Violation } from './violation.ts';
import type { Witness } from './witness.ts';

/**
 * Sees every change on either side at the moment it happens, and knows what no client can: the whole past of
 * the source.
 *
 * - No mix: a blob with the stamp of a version has the content and the metadata of that very version.
 * - No live blob deleted: a blob is deleted from the backup only if, since the version that it mirrors was
 *   written, there was a moment when the source had no blob for that key in an existing container; or if its
 *   replacement, which is of another kind, is on the account already.
 * - Nothing foreign deleted: a blob without a stamp is deleted only for its replacement.
 * - No empty stage in the place of content: an append blob that was just created waits for its first record.
 */
export class FlatWitness implements Witness {
  readonly #source: MemoryAccount;
  readonly #backup: MemoryAccount;
  readonly #now: () => Date;
  readonly #versions = new Map<Etag, { readonly blob: StoredBlob; readonly born: number }>();
  readonly #lastWithout = new Map<string, number>();
  #moment = 0;

  constructor({ source, backup, now }: Pick<Stage, 'source' | 'backup' | 'now'>, keys: readonly Key[]) {
    this.#source = source;
    this.#backup = backup;
    this.#now = now;
    for (const key of keys) this.sourceChanged(key);
  }

  /** To be called after every change of the source that concerns the key. */
  sourceChanged(key: Key): void {
    this.#moment++;
    const blob = this.#source.peek(key);
    if (blob !== undefined && !this.#versions.has(blob.etag))
      this.#versions.set(blob.etag, { blob, born: this.#moment });
    if (!this.#source.containers.has(key.container)) return;
    if (blob === undefined) this.#lastWithout.set(keyText(key), this.#moment);
  }

  remembered(): unknown {
    // Whether a version may be deleted, not when that became so.
    return [...this.#versions].map(([etag, { blob, born }]) => [
      etag,
      blob.content,
      blob.metadata,
      [...this.#lastWithout].map(([name, moment]) => [name, moment >= born]),
    ]);
  }

  carryOut({ key, effect }: Call): unknown {
    if (key === undefined) return effect();
    const before = this.#backup.peek(key);
    const value = effect();
    const after = this.#backup.peek(key);
    if (before === after) return value;
    if (after !== undefined) this.#expectNoMix(key, after);
    if (after !== undefined && before !== undefined) expectNoStage(key, before, after, this.#now());
    if (after === undefined && before !== undefined && !isSecured(this.#backup, key))
      this.#expectDead(key, before);
    return value;
  }

  #expectNoMix(key: Key, blob: StoredBlob): void {
    const { stamp, metadata } = splitStamp(blob.metadata ?? {});
    // Written there earlier by a user of the backup, or by another tool.
    if (stamp === undefined) return;
    const version = this.#versions.get(stamp.etag)?.blob;
    if (
      version === undefined ||
      version.content !== blob.content ||
      kindOf(version) !== kindOf(blob) ||
      version.metadata?.['version'] !== metadata['version']
    ) {
      throw new Violation(
        'two versions were mixed',
        `${keyText(key)} has the stamp of ${stamp.etag}, the content ${JSON.stringify(blob.content)} and the metadata ${JSON.stringify(metadata)}`,
      );
    }
  }

  #expectDead(key: Key, gone: StoredBlob): void {
    const { stamp } = splitStamp(gone.metadata ?? {});
    if (stamp === undefined)
      throw new Violation('a foreign blob was deleted', `${keyText(key)} bore no stamp of ours`);
    const born = (stamp && this.#versions.get(stamp.etag)?.born) ?? 0;
    const without = this.#lastWithout.get(keyText(key)) ?? -1;
    if (without >= born) return;
    throw new Violation(
      'a live blob was deleted',
      `${keyText(key)} mirrored ${stamp?.etag ?? 'nothing'} on the backup, and the source was never without it`,
    );
  }
}

function kindOf(blob: StoredBlob | undefined): BlobKind | undefined {
  return blob === undefined ? undefined : (blob.kind ?? 'block');
}
