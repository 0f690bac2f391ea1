import type { OutputFormat } from './output-option.ts';

/**
 * The data of a command on standard output, and nothing else goes there: `-o json` the value itself, else what
 * `describe` makes of it for people. Resolves when it is written.
 */
export async function printData<Value>(
  { output }: { readonly output: OutputFormat },
  value: Value,
  describe: (value: Value) => string,
): Promise<void> {
  const text = output === 'json' ? `${JSON.stringify(value, undefined, 2)}\n` : describe(value);
  // Whoever reads may have seen enough: `| head`.
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}
