import { checkSettings, type Finding } from '../wiring/open-set-up-check.ts';
import { settingsOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import type { LocalOption } from './command-options.ts';
import { localized } from './hints.ts';
import { type OutputOption, printData, startProgressLine, printMessage } from './output/print.ts';
import { atTimeout, explainTimeout } from './output/reminders.ts';
import { count, toTable } from './output/table.ts';

/** The exit status. */
export async function runCheck(options: LocalOption & OutputOption): Promise<number> {
  const settings = await settingsOf(options);
  const findings: Finding[] = [];
  const progress = startProgressLine(() => `${count(findings.length, 'check')} done`);
  const print = async (): Promise<void> => {
    progress.stop();
    await printData(options, findings, (all) => describeFindings(all, options));
  };
  atTimeout(print);
  explainTimeout(() => ({
    hint:
      findings.length === 0
        ? 'Nothing has answered yet. Check that this machine reaches what it waits for, or allow more time with --timeout.'
        : 'The checks that were made are printed; for the others, allow more time with --timeout.',
  }));
  try {
    for await (const finding of checkSettings(settings)) findings.push(finding);
  } finally {
    progress.stop();
  }
  await print();
  const many = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length;
  printMessage(
    `${count(findings.length, 'check')}: ${count(many('problem'), 'problem')}, ${count(many('warning'), 'warning')}, ${many('unknown')} unknown`,
  );
  return many('problem') > 0 ? EXIT.unwell : EXIT.done;
}

/** A table of all findings, and below it the commands that fix them, each on a line of its own to be copied. */
function describeFindings(findings: readonly Finding[], options: LocalOption): string {
  const rows = findings.map(({ check, of, status, detail }) => [
    status,
    check,
    of,
    localized(detail, options),
  ]);
  const fixes = findings
    .filter(({ fix }) => fix !== undefined)
    .map(({ check, fix = '' }) => `\n# ${check}\n${localized(fix, options)}\n`);
  return toTable(rows, ['STATUS', 'CHECK', 'OF', 'FOUND']) + fixes.join('');
}
