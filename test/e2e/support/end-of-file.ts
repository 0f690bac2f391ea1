import { afterAll } from 'vitest';

type Ending = () => Promise<void>;

const endings: Ending[] = [];

/**
 * Has it called when the tests of each file are over that this process runs. Modules call this as they are imported:
 * once, however many files share the process.
 */
export function atEndOfFile(ending: Ending): void {
  endings.push(ending);
}

/** What was started last ends first. All are ended before the first error is thrown. */
async function endAll(): Promise<void> {
  const errors: unknown[] = [];
  for (const end of endings.toReversed()) await end().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

/** For the file that runs; `vitest.config.ts` names a module that calls it for each file. */
export function endAfterTests(): void {
  afterAll(endAll);
}

// In a process of a single file, or in a configuration without that module.
endAfterTests();
