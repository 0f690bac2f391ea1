import { lifetimesOf, versionAt } from '../../src/model/history.ts';
import { type Key, keyText } from '../../src/model/key.ts';
import type { Etag } from '../../src/model/etag.ts';
import type { MemoryAccount } from '../memory/memory-account.ts';
import type { Call } from './call.ts';
import type { FlatWitness } from './flat-witness.ts';
import type { Stage } from './stage.ts';
import { Violation } from './violation.ts';
import type { Witness } from './witness.ts';

const NOTHING_KEPT = { versions: [], records: [] } as const;

/** What the backup had of a key, seen at a moment. */
interface Sight {
  readonly at: Date;
  readonly etag: Etag | undefined;
}

/**
 * Remembers what the backup had at every moment, and compares it with what its history says afterwards (H1, H2, H5): just
 * after each change, and just before it. Around a deletion the history may be ahead or behind, as its records are.
 */
export class HistoryWitness implements Witness {
  readonly #backup: MemoryAccount;
  readonly #flat: FlatWitness;
  readonly #sights = new Map<string, Sight[]>();

  constructor({ backup }: Pick<Stage, 'backup'>, keys: readonly Key[], flat: FlatWitness) {
    this.#backup = backup;
    this.#flat = flat;
    for (const key of keys) this.#see(key);
  }

  sourceChanged(key: Key): void {
    this.#flat.sourceChanged(key);
  }

  remembered(): unknown {
    return [this.#flat.remembered(), ...this.#sights];
  }

  carryOut(call: Call): unknown {
    const { key } = call;
    if (key === undefined) return this.#flat.carryOut(call);
    const before = { at: this.#backup.nextMoment(), etag: this.#etagOf(key) };
    const value = this.#flat.carryOut(call);
    const now = this.#etagOf(key);
    if (now === before.etag) return value;
    if (now !== undefined) this.#sightsOf(key).push(before);
    this.#see(key);
    return value;
  }

  /** @throws Violation if the history of a key is not what the backup had */
  expectHistory({ container, path }: Key): void {
    const kept = this.#backup.kept(container).find((each) => each.path === path) ?? NOTHING_KEPT;
    const lifetimes = lifetimesOf(kept);
    for (const { at, etag } of this.#sightsOf({ container, path })) {
      const told = versionAt(lifetimes, at);
      if (told?.version.etag === etag && told?.to !== 'unknown') continue;
      // Two workers that delete it record its end twice, and the later record may follow the deletion.
      const isRecorded = kept.records.some((record) => record.etag === told?.version.etag && record.at <= at);
      if (etag === undefined && isRecorded) continue;
      const says =
        told === undefined ? 'nothing' : `${told.version.etag}${told.to === 'unknown' ? ', perhaps' : ''}`;
      throw new Violation(
        'the history is wrong',
        `${path} was ${etag ?? 'nothing'} at ${at.toISOString()}, and the history says ${says}`,
      );
    }
  }

  #see(key: Key): void {
    this.#sightsOf(key).push({ at: this.#backup.nextMoment(), etag: this.#etagOf(key) });
  }

  #etagOf(key: Key): Etag | undefined {
    return this.#backup.peek(key)?.etag;
  }

  #sightsOf(key: Key): Sight[] {
    const sights = this.#sights.get(keyText(key)) ?? [];
    this.#sights.set(keyText(key), sights);
    return sights;
  }
}
