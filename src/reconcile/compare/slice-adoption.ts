import {
  type AdoptRequest,
  type AdoptResult,
  type ComparisonProgress,
  type ListedReadings,
  mayBeAdopted,
} from '../../mirror/listed-keys.ts';
import { parseEtag } from '../../model/etag.ts';
import type { BlobPath, ContainerName, Key } from '../../model/key.ts';
import { isBlob } from '../../model/reading.ts';
import { type Adoptable, type AdoptBy, NOTHING_ADOPTABLE } from '../../model/adoption.ts';
import type { ComparedPath } from '../shard.ts';
import type { ComparedAccounts } from '../slice.ts';

export interface AdoptionRules extends Pick<ComparedAccounts, 'source' | 'backup'> {
  readonly container: ContainerName;
  readonly by: AdoptBy;
  readonly adopt: (key: Key, request: AdoptRequest) => Promise<AdoptResult | undefined>;
  /** Whether the time for comparisons is over. */
  readonly mustStop: () => boolean;
}

/**
 * Adopts what another tool copied to the backup. A comparison that does not fit the slice goes on in the next one; its
 * progress includes the versions that it compares.
 */
export class SliceAdoption {
  readonly #rules: AdoptionRules;
  readonly #compared: Map<string, ComparisonProgress>;
  #adoptable: Adoptable | undefined;
  /** Whether the backup keeps versions; undefined: not read yet. */
  #isVersioned: Promise<boolean> | undefined;

  /** @param compared progress of an earlier slice */
  constructor(rules: AdoptionRules, compared: readonly ComparedPath[]) {
    this.#rules = rules;
    this.#compared = new Map(
      compared.map(({ path, source, backup, equal }) => [
        path,
        { source: parseEtag(source), backup: parseEtag(backup), equal },
      ]),
    );
  }

  /** In a dry run: what could be adopted. */
  get adoptable(): Adoptable | undefined {
    return this.#adoptable;
  }

  /** The progress of unfinished comparisons. */
  get compared(): readonly ComparedPath[] {
    return [...this.#compared].map(([path, compared]) => ({ path, ...compared }));
  }

  isUnderWay(path: BlobPath): boolean {
    return this.#compared.has(path);
  }

  /** In a dry run: counts the key if it could be adopted by its listing entries. */
  async count(path: BlobPath, { source, backup }: ListedReadings): Promise<boolean> {
    const { by } = this.#rules;
    const accounts = { source: this.#rules.source.account, backup: this.#rules.backup.account };
    if (backup === undefined || !mayBeAdopted(accounts, { source, backup }, by)) return false;
    const isVersioned = await (this.#isVersioned ??= this.#readVersioned(path));
    const { keys, bytes, versionedKeys, versionedBytes } = this.#adoptable ?? NOTHING_ADOPTABLE;
    this.#adoptable = {
      keys: keys + 1,
      bytes: bytes + source.size,
      versionedKeys: versionedKeys + (isVersioned ? 1 : 0),
      versionedBytes: versionedBytes + (isVersioned ? source.size : 0),
    };
    return true;
  }

  async adopt(path: BlobPath, readings: ListedReadings | undefined): Promise<AdoptResult | undefined> {
    const { container, by, mustStop } = this.#rules;
    const compared = this.#compared.get(path);
    const { source, backup } = readings ?? {};
    const adopted = await this.#rules.adopt(
      { container, path },
      {
        by,
        mustStop,
        compared,
        ...(source !== undefined && backup !== undefined && { readings: { source, backup } }),
      },
    );
    if (adopted !== undefined && 'unfinished' in adopted) this.#compared.set(path, adopted.unfinished);
    else this.#compared.delete(path);
    return adopted;
  }

  /** No listing says so; one read for each slice does. */
  async #readVersioned(path: BlobPath): Promise<boolean> {
    const { backup, container } = this.#rules;
    const reading = await backup.read({ container, path });
    return isBlob(reading) && reading.isVersioned === true;
  }
}
