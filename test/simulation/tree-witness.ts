import type { MemoryAccount } from '../memory/memory-account.ts';
import { type MemoryEntry, type StoredBlob, isStoredDirectory } from '../memory/memory-entry.ts';
import type { Etag } from '../../src/model/etag.ts';
import type { BlobPath, ContainerName } from '../../src/model/key.ts';
import { isReserved } from '../../src/model/scope.ts';
import { splitStamp } from '../../src/model/stamp.ts';
import { type Call, isWrite } from './call.ts';
import { describeTree } from './describe-tree.ts';
import { expectNoStage } from './expect-no-stage.ts';
import { isSecured } from './is-secured.ts';
import { isForeignBlob } from './is-foreign.ts';
import type { Stage } from './stage.ts';
import type { Tell } from './story.ts';
import { Violation } from './violation.ts';
import type { Witness } from './witness.ts';

/** What may take a file out of the live tree, whatever the source has. */
const TAKES_AWAY: ReadonlySet<string> = new Set(['backupaccount.rename', 'backupaccount.moveToTrash']);

/**
 * - No mix: a file that carries the stamp of a version has the content and the metadata of that very version, wherever
 *   it was renamed to.
 * - No live file deleted: a file leaves the backup's live tree by a rename, by way of the trash, or by a delete when there
 *   was a moment, since the backup first had that version at that path, at which the source had no file there.
 * - Nothing foreign deleted, and no empty stage in the place of content: see `FlatWitness`.
 */
export class TreeWitness implements Witness {
  readonly #container: ContainerName;
  readonly #source: MemoryAccount;
  readonly #backup: MemoryAccount;
  readonly #tell: Tell | undefined;
  readonly #now: () => Date;
  readonly #versions = new Map<Etag, StoredBlob>();
  /** Where the source has files; undefined while the container is gone. */
  #atSource: ReadonlySet<BlobPath> | undefined = new Set();
  /** When the source last got a file again at a path where it had none, or lost the container. */
  readonly #lastWithout = new Map<BlobPath, number>();
  /**
   * When the backup first had a version at a path: a rename may bring it back there, with an ETag that a
   * worker read.
   */
  readonly #onBackup = new Map<BlobPath, Map<Etag, number>>();
  #moment = 0;

  constructor({ container, source, backup, tell, now }: Stage) {
    this.#now = now;
    this.#container = container;
    this.#source = source;
    this.#backup = backup;
    this.#tell = tell;
  }

  /** What the backup has now was there before the history began. */
  begin(): void {
    for (const [path, { etag }] of live(this.#backup, this.#container)) this.#note(path, etag);
  }

  /** To be called after every change of the source. */
  sourceChanged(): void {
    this.#moment++;
    for (const path of this.#onBackup.keys())
      if (this.#atSource?.has(path) === false) this.#lastWithout.set(path, this.#moment);
    const files = new Set<BlobPath>();
    for (const [path, entry] of live(this.#source, this.#container)) {
      if (isStoredDirectory(entry)) continue;
      this.#versions.set(entry.etag, entry);
      files.add(path);
    }
    this.#atSource = this.#source.containers.has(this.#container) ? files : undefined;
  }

  remembered(): unknown {
    return {
      versions: [...this.#versions].map(([etag, { content, metadata }]) => [etag, content, metadata]),
      onBackup: [...this.#onBackup].map(([path, versions]) => [
        path,
        [...versions].map(([etag, since]) => [etag, (this.#lastWithout.get(path) ?? -1) > since]),
      ]),
    };
  }

  carryOut(call: Call): unknown {
    if (!isWrite(call)) return call.effect();
    const before = live(this.#backup, this.#container);
    const value = call.effect();
    this.#backupChanged(call, before, live(this.#backup, this.#container));
    return value;
  }

  #backupChanged(
    { name }: Call,
    before: ReadonlyMap<BlobPath, MemoryEntry>,
    after: ReadonlyMap<BlobPath, MemoryEntry>,
  ): void {
    this.#moment++;
    const gone = [...before].filter(([path]) => !after.has(path));
    const changed = [...after].filter(([path, entry]) => before.get(path) !== entry);
    if (gone.length + changed.length === 0) return;
    this.#tell?.('the backup', `now has ${describeTree(this.#backup, this.#container)}`);
    for (const [path, entry] of gone) {
      if (isStoredDirectory(entry) || isSecured(this.#backup, { container: this.#container, path })) continue;
      if (!TAKES_AWAY.has(name)) this.#expectDead(path, entry);
      if (name !== 'backupaccount.rename') this.#expectOurs(path, entry);
    }
    for (const [path, entry] of changed) {
      this.#note(path, entry.etag);
      if (isStoredDirectory(entry)) continue;
      this.#expectNoMix(path, entry);
      const there = before.get(path);
      const isWritten = there !== undefined && !isStoredDirectory(there) && name !== 'backupaccount.rename';
      if (isWritten) expectNoStage({ container: this.#container, path }, there, entry, this.#now());
    }
  }

  /** A foreign entry moves only with a directory that is renamed. */
  #expectOurs(path: BlobPath, gone: StoredBlob): void {
    if (isForeignBlob(gone))
      throw new Violation('a foreign blob was deleted', `${path} bore no stamp of ours`);
  }

  #note(path: BlobPath, etag: Etag): void {
    const versions = this.#onBackup.get(path) ?? new Map<Etag, number>();
    if (!versions.has(etag)) versions.set(etag, this.#moment);
    this.#onBackup.set(path, versions);
  }

  #expectNoMix(path: BlobPath, file: StoredBlob): void {
    const { stamp, metadata } = splitStamp(file.metadata ?? {});
    // It does not say where it is from: a half-done restamp.
    if (stamp === undefined) return;
    const version = this.#versions.get(stamp.etag);
    if (
      version === undefined ||
      version.content !== file.content ||
      version.metadata?.['version'] !== metadata['version']
    ) {
      throw new Violation(
        'two versions were mixed',
        `${path} has the stamp of ${stamp.etag}, the content ${JSON.stringify(file.content)} and the metadata ${JSON.stringify(metadata)}`,
      );
    }
  }

  #expectDead(path: BlobPath, gone: StoredBlob): void {
    const since = this.#onBackup.get(path)?.get(gone.etag) ?? 0;
    if (this.#atSource?.has(path) === false || (this.#lastWithout.get(path) ?? -1) > since) return;
    throw new Violation(
      'a live blob was deleted',
      `${path} mirrored ${gone.metadata?.['version'] ?? 'nothing'} on the backup, and the source was never without a file there`,
    );
  }
}

function live(account: MemoryAccount, container: ContainerName): ReadonlyMap<BlobPath, MemoryEntry> {
  const entries = account.containers.get(container)?.blobs ?? new Map<BlobPath, MemoryEntry>();
  return new Map([...entries].filter(([path]) => !isReserved(path)));
}
