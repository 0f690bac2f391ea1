import { type Command, Option } from 'commander';

export type OutputFormat = 'table' | 'json';

export interface OutputOption {
  readonly output: OutputFormat;
}

/** `-o, --output table|json`, of every command that prints data. */
export function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'for people or for programs')
      .choices(['table', 'json'] satisfies OutputFormat[])
      .default('table' satisfies OutputFormat),
  );
}
