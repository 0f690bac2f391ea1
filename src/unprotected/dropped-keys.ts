import { type SteadyClock } from '../clock/service-clock.ts';
import { type ContainerName, type Key, keyText } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import type { Unprotected } from '../model/unprotected.ts';

/** What a wider scope has in it: a key, or any key of a container. */
export type WiderScope = Pick<Scope, 'includes' | 'includesContainer'>;

/** Longer than it takes until a worker is known to be at work: it tells of itself every four minutes. */
const KEPT_FOR_MS = 15 * 60_000;
const LOOK_EVERY_MS = 3 * 60_000;
const MAX_KEYS = 1000;

/**
 * The keys of events that this process dropped in the last minutes, since they are not in its scope. While workers of a
 * mirror have different settings, another one may have them in its scope, and nobody else sees the event.
 *
 * It is bounded: of what was forgotten early, only the container is known.
 */
export class DroppedKeys {
  readonly #keys = new Map<string, { readonly key: Key; readonly at: number }>();
  readonly #forgotten = new Map<ContainerName, number>();
  readonly #clock: SteadyClock;
  #nextLook = -Infinity;

  constructor(clock: SteadyClock) {
    this.#clock = clock;
  }

  add(keys: readonly Key[]): void {
    const at = this.#clock.now();
    for (const key of keys) {
      const name = keyText(key);
      this.#keys.delete(name);
      this.#keys.set(name, { key, at });
    }
    for (const [name, { key }] of this.#keys) {
      if (this.#keys.size <= MAX_KEYS) break;
      this.#keys.delete(name);
      this.#forgotten.set(key.container, at);
    }
  }

  /** Whether there are any, and the scopes of other workers were not looked at for some minutes. */
  isDue(): boolean {
    const now = this.#clock.now();
    for (const [name, { at }] of this.#keys) if (now - at > KEPT_FOR_MS) this.#keys.delete(name);
    for (const [name, at] of this.#forgotten) if (now - at > KEPT_FOR_MS) this.#forgotten.delete(name);
    if (now < this.#nextLook || this.#keys.size === 0) return false;
    this.#nextLook = now + LOOK_EVERY_MS;
    return true;
  }

  /** What is in one of these scopes. It stays here until it is forgotten. */
  within(scopes: readonly WiderScope[]): readonly Unprotected[] {
    const reason = 'out-of-scope-here';
    const keys = [...this.#keys.values()]
      .filter(({ key }) => scopes.some((scope) => scope.includes(key)))
      .map(({ key }) => ({ ...key, reason }));
    const containers = [...this.#forgotten.keys()]
      .filter((container) => scopes.some((scope) => scope.includesContainer(container)))
      .map((container) => ({ container, path: '', reason, below: true as const }));
    return [...keys, ...containers];
  }

  forget(left: readonly Unprotected[]): void {
    for (const { container, path } of left) {
      this.#keys.delete(`${container}/${path}`);
      if (path === '' && container !== '') this.#forgotten.delete(container);
    }
  }
}
