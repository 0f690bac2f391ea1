/** What has to be undone at the end, however the check ends: the last thing made is the first one undone. */
export class EndOfCheck {
  readonly #steps: (() => Promise<void>)[] = [];

  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** A step that fails does not keep the ones after it from running. Returns what failed. */
  async run(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}

/** Aborts at the first signal that asks the process to end; the end itself is left to the caller. */
export function untilAsked(): AbortSignal {
  const asked = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      asked.abort(new Interrupted());
    });
  return asked.signal;
}

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor() {
    super('interrupted');
  }
}
