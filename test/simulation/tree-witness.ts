import type { MemoryAccount } from '../../src/memory/memory-account.js';
import type { StoredBlob } from '../../src/memory/memory-blob.js';
import { isStoredDirectory, type MemoryEntry } from '../../src/memory/memory-entry.js';
import type { Etag } from '../../src/model/etag.js';
import type { BlobPath, ContainerName } from '../../src/model/key.js';
import { isReserved } from '../../src/model/scope.js';
import { splitStamp } from '../../src/model/stamp.js';
import { type Call, isWrite } from './call.js';
import { describeTree } from './describe-tree.js';
import type { Stage } from './stage.js';
import type { Tell } from './story.js';
import { Violation } from './violation.js';
import type { Witness } from './witness.js';

/** What may take a file out of the live tree, whatever the source has. */
const TAKES_AWAY: ReadonlySet<string> = new Set(['backupaccount.rename', 'backupaccount.moveToTrash']);

/**
 * - No mix: a file that carries the stamp of a version has the content and the metadata of that very version, wherever
 *   it was renamed to.
 * - No live file deleted: a file leaves the backup's live tree by a rename, by way of the trash, or by a delete when there
 *   was a moment, since the backup has it at that path, at which the source had no file there.
 */
export class TreeWitness implements Witness {
  readonly #container: ContainerName;
  readonly #source: MemoryAccount;
  readonly #backup: MemoryAccount;
  readonly #tell: Tell | undefined;
  readonly #versions = new Map<Etag, StoredBlob>();
  /** Since when the source has had a file at a path, without a break. */
  #atSource = new Map<BlobPath, number>();
  /** Since when the backup has had a version at a path. */
  readonly #onBackup = new Map<BlobPath, number>();
  #moment = 0;

  constructor({ container, source, backup, tell }: Stage) {
    this.#container = container;
    this.#source = source;
    this.#backup = backup;
    this.#tell = tell;
  }

  /** What the backup has by now was there before the history began. */
  begin(): void {
    for (const path of live(this.#backup, this.#container).keys()) this.#onBackup.set(path, this.#moment);
  }

  /** To be told after every change of the source. */
  sourceChanged(): void {
    this.#moment++;
    const before = this.#atSource;
    this.#atSource = new Map();
    for (const [path, entry] of live(this.#source, this.#container)) {
      if (isStoredDirectory(entry)) continue;
      this.#versions.set(entry.etag, entry);
      this.#atSource.set(path, before.get(path) ?? this.#moment);
    }
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
    let isChanged = false;
    for (const [path, entry] of before) {
      if (after.has(path)) continue;
      isChanged = true;
      if (!isStoredDirectory(entry) && !TAKES_AWAY.has(name)) this.#expectDead(path, entry);
    }
    for (const [path, entry] of after) {
      if (before.get(path) === entry) continue;
      isChanged = true;
      if (before.get(path)?.etag !== entry.etag) this.#onBackup.set(path, this.#moment);
      if (!isStoredDirectory(entry)) this.#expectNoMix(path, entry);
    }
    if (isChanged) this.#tell?.('the backup', `now has ${describeTree(this.#backup, this.#container)}`);
  }

  #expectNoMix(path: BlobPath, file: StoredBlob): void {
    const { stamp, metadata } = splitStamp(file.metadata ?? {});
    const version = stamp && this.#versions.get(stamp.etag);
    if (
      version === undefined ||
      version.content !== file.content ||
      version.metadata?.['version'] !== metadata['version']
    ) {
      throw new Violation(
        'two versions were mixed',
        `${path} has the stamp of ${stamp?.etag ?? 'nothing'}, the content ${JSON.stringify(file.content)} and the metadata ${JSON.stringify(metadata)}`,
      );
    }
  }

  #expectDead(path: BlobPath, gone: StoredBlob): void {
    const atSource = this.#atSource.get(path);
    // Without a container nothing is known of what was in it.
    const isAbsent = atSource === undefined && this.#source.containers.has(this.#container);
    const wasAbsent = atSource !== undefined && atSource > (this.#onBackup.get(path) ?? 0);
    if (isAbsent || wasAbsent) return;
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
