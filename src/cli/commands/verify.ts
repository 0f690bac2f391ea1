import { Command, InvalidArgumentError, Option } from 'commander';
import { helpAfter, withAction, withConnection } from '../command-options.ts';
import { withOutput } from '../output/print.ts';
import type { VerifyOptions } from '../run-verify.ts';

const HELP = helpAfter({
  ends: {
    done: 'no difference',
    different: true,
    incomplete: 'no difference, but blobs that kept changing could not be compared',
    nothing: 'nothing matched, so nothing was compared',
    interrupted: true,
  },
  examples: [
    ['blobmirror verify --local', 'the accounts of "npm start"'],
    ['blobmirror verify', 'connections and scope from the environment, like the worker'],
    ['blobmirror verify --content read', 'reads every byte of both accounts'],
    ['blobmirror verify --container photos --prefix 2026/'],
    ['blobmirror verify --settle 0', 'when no change is on its way'],
    [`blobmirror verify -o json | jq -r 'select(.difference == "missing-on-backup") | .path'`],
  ],
});

export function verifyCommand(): Command {
  const command = withOutput(
    withConnection(new Command('verify').description('compare both accounts and print every difference')),
  )
    .option('--container <name...>', 'only these containers, by their names at the source')
    .option('--prefix <path>', 'only blobs whose name begins with this', '')
    .addOption(
      new Option(
        '--content <how>',
        'compare content by MD5 where both sides have one, by reading both sides, or not at all',
      )
        .choices(['md5', 'read', 'none'])
        .default('md5'),
    )
    .addOption(
      new Option(
        '--settle <seconds>',
        'how long the mirror may take to copy a change before it counts as a difference',
      )
        .argParser(parseNumber)
        .default(30),
    )
    .addOption(new Option('--limit <n>', 'stop after this many differences').argParser(parseNumber))
    .addHelpText('after', HELP);
  return withAction(command, async (options: VerifyOptions) => {
    const { runVerify } = await import('../run-verify.ts');
    return await runVerify(options);
  });
}

function parseNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It should be a whole number.');
}
