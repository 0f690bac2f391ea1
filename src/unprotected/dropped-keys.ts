import { type SteadyClock } from '../clock/service-clock.ts';
import { type ContainerName, type Key, keyText } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import type { Unprotected } from '../model/unprotected.ts';

/** What a wider scope has in it: a key, or any key of a container. */
export type WiderScope = Pick<Scope, 'includes' | 'includesContainer' | 'prefixes'>;

/** Longer than it takes until a worker is known to be at work: it tells of itself every four minutes. */
const KEPT_FOR_MS = 15 * 60_000;
const LOOK_EVERY_MS = 3 * 60_000;
const MAX_KEYS = 1000;
const MAX_CONTAINERS = 100;

/**
 * The keys of events that this process dropped in the last minutes, since they are not in its scope. While workers of a
 * mirror have different settings, another one may have them in its scope, and nobody else sees the event.
 *
 * It is bounded: of what was forgotten early, only the container is known, and beyond a hundred containers only that there
 * was something.
 */
export class DroppedKeys {
  readonly #keys = new Map<string, { readonly key: Key; readonly at: number }>();
  readonly #forgotten = new Map<ContainerName, number>();
  readonly #clock: SteadyClock;
  /** When something was forgotten of which not even the container is known. */
  #lastLost = -Infinity;
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
      // In the order of their times.
      this.#forgotten.delete(key.container);
      this.#forgotten.set(key.container, at);
    }
    for (const name of this.#forgotten.keys()) {
      if (this.#forgotten.size <= MAX_CONTAINERS) break;
      this.#forgotten.delete(name);
      this.#lastLost = at;
    }
  }

  /**
   * Whether there are any, and the scopes of other workers were not looked at for some minutes.
   *
   * @param isLast whether there is no later time to look at them
   */
  isDue({ isLast = false } = {}): boolean {
    const now = this.#clock.now();
    // First, since it is asked with each dropped event.
    if (now < this.#nextLook && !isLast) return false;
    for (const [name, { at }] of this.#keys) {
      if (now - at <= KEPT_FOR_MS) break;
      this.#keys.delete(name);
    }
    for (const [name, at] of this.#forgotten) {
      if (now - at <= KEPT_FOR_MS) break;
      this.#forgotten.delete(name);
    }
    if (now - this.#lastLost > KEPT_FOR_MS) this.#lastLost = -Infinity;
    if (this.#keys.size === 0 && this.#forgotten.size === 0 && this.#lastLost === -Infinity) return false;
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
    const lost = { container: '', path: '', reason } as const;
    return [...keys, ...containers, ...(scopes.length > 0 && this.#lastLost !== -Infinity ? [lost] : [])];
  }

  forget(left: readonly Unprotected[]): void {
    for (const { container, path } of left) {
      this.#keys.delete(`${container}/${path}`);
      if (container === '') this.#lastLost = -Infinity;
      else if (path === '') this.#forgotten.delete(container);
    }
  }
}
