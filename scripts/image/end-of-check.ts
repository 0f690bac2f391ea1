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

/**
 * Does the work, and undoes everything at its end, whether it succeeds or throws.
 *
 * @returns the exit status of work that succeeds: 1 where something could not be undone
 */
export async function withEnd(
  work: (end: EndOfCheck) => Promise<void>,
  report: (failure: unknown) => void,
): Promise<number> {
  const end = new EndOfCheck();
  let failures: readonly unknown[] = [];
  try {
    await work(end);
  } finally {
    failures = await end.run();
    failures.forEach(report);
  }
  return failures.length === 0 ? 0 : 1;
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
