import type { PauseGate } from '../../src/ports/account-decorators.ts';

/** A pause that the test begins and ends. Messages during it are requeued at once. */
export class ScriptedPause implements PauseGate {
  isOn = false;
  /** How long it was on, whenever it is read. */
  pausedMs = 0;
  readonly #listeners = new Set<() => void>();

  begin(): void {
    this.isOn = true;
    for (const run of this.#listeners) run();
    this.#listeners.clear();
  }

  end(): void {
    this.isOn = false;
  }

  readonly pass = async (work: () => Promise<void>): Promise<{ delayMs: number } | undefined> => {
    if (this.isOn) return { delayMs: 60_000 };
    await work();
    return undefined;
  };
  readonly isPaused = (): boolean => this.isOn;
  readonly whenPaused = (run: () => void): (() => void) => {
    if (this.isOn) run();
    else this.#listeners.add(run);
    return () => void this.#listeners.delete(run);
  };
  readonly pausedSince = async (): Promise<number> => await Promise.resolve(this.pausedMs);
}
