import { lifetimesOf, versionAt } from '../../src/model/history.ts';
import { type Key, keyText } from '../../src/model/key.ts';
import type { Etag } from '../../src/model/etag.ts';
import type { MemoryAccount } from '../memory/memory-account.ts';
import { immediately } from '../memory/schedule.ts';
import type { Call } from './call.ts';
import type { Stage } from './stage.ts';
import { Violation } from './violation.ts';
import type { Witness } from './witness.ts';

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
  readonly #inner: Witness;
  readonly #sights = new Map<string, Sight[]>();

  constructor({ backup }: Pick<Stage, 'backup'>, keys: readonly Key[], inner: Witness) {
    this.#backup = backup;
    this.#inner = inner;
    for (const key of keys) this.#see(key);
  }

  remembered(): unknown {
    return [this.#inner.remembered(), ...this.#sights];
  }

  carryOut(call: Call): unknown {
    const { key } = call;
    if (key === undefined) return this.#inner.carryOut(call);
    const before = { at: this.#backup.nextMoment(), etag: this.#etagOf(key) };
    const value = this.#inner.carryOut(call);
    const now = this.#etagOf(key);
    if (now === before.etag) return value;
    if (now !== undefined) this.#sightsOf(key).push(before);
    this.#see(key);
    return value;
  }

  /** @throws Violation if the history of a key is not what the backup had */
  async expectHistory({ container, path }: Key): Promise<void> {
    for await (const page of this.#backup.historyThrough(immediately).listHistory(container)) {
      const kept = page.find((each) => each.path === path) ?? { versions: [], records: [] };
      const lifetimes = lifetimesOf(kept);
      for (const { at, etag } of this.#sightsOf({ container, path })) {
        const told = versionAt(lifetimes, at);
        if (told?.version.etag === etag && told?.to !== 'unknown') continue;
        // Two workers that delete it record its end twice, and the later record may follow the deletion.
        const isRecorded = kept.records.some(
          (record) => record.etag === told?.version.etag && record.at <= at,
        );
        if (etag === undefined && isRecorded) continue;
        const says =
          told === undefined ? 'nothing' : `${told.version.etag}${told.to === 'unknown' ? ', perhaps' : ''}`;
        throw new Violation(
          'the history is wrong',
          `${path} was ${etag ?? 'nothing'} at ${at.toISOString()}, and the history says ${says}`,
        );
      }
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
