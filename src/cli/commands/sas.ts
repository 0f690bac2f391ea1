import { Command } from 'commander';
import { createAccountSas, READY_FILE } from '@blobmirror/local/connections';
import { printLine } from '../output/print.ts';
import { readReadyFile } from '../ready-file.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { quoted } from '../../model/printable.ts';
import { helpAfter, withLocal } from '../command-options.ts';

const HELP = helpAfter({
  examples: [
    [
      'azcopy copy ./photos "http://127.0.0.1:10000/sourceaccount/photos?$(npx blobmirror sas --local)" --recursive --from-to=LocalBlob',
    ],
  ],
});

export function sasCommand(): Command {
  return withLocal(
    new Command('sas').description(
      'print a SAS for an account of the embedded environment, for tools that take no key',
    ),
    'the file that "npm start" wrote',
    true,
  )
    .option('--account <which>', 'source or backup', 'source')
    .addHelpText('after', HELP)
    .action(async ({ local, account }: { local: string | true; account: string }) => {
      if (account !== 'source' && account !== 'backup') {
        throw new BlobmirrorError(
          'setting-invalid',
          `--account is ${quoted(account)}; it should be source or backup`,
        );
      }
      const info = await readReadyFile(local === true ? READY_FILE : local);
      printLine(createAccountSas(info[account]), 'table');
    });
}
