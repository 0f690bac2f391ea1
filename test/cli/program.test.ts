import { globSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { localized } from '../../src/cli/hints.ts';
import { createProgram, runProgram } from '../../src/cli/program.ts';

afterEach(() => vi.restoreAllMocks());

interface Called {
  readonly path: string;
  readonly operands: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a command line would run, or the text of its error. The actions of the real program are replaced. */
async function parse(...args: readonly string[]): Promise<Called | string> {
  const program = createProgram();
  let called: Called | undefined;
  const replace = (command: Command, path: readonly string[]): void => {
    const names = [...path, command.name()];
    if (command.commands.length === 0 || ['reconcile', 'unprotected'].includes(command.name()))
      command.action((...given: unknown[]) => {
        const own = given.at(-1) as Command;
        const operands = given.slice(0, -2);
        called = { path: names.slice(1).join(' '), operands, options: own.optsWithGlobals() };
      });
    for (const each of command.commands) replace(each, names);
  };
  replace(program, []);
  let text = '';
  const write = (chunk: unknown): boolean => {
    text += String(chunk);
    return true;
  };
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  try {
    await runProgram(program, args);
  } catch {
    return text;
  } finally {
    vi.restoreAllMocks();
  }
  return called ?? text;
}

const CONNECTED: readonly (readonly [string, string?, string?])[] = [
  ['status'],
  ['unprotected'],
  ['unprotected', 'acknowledge'],
  ['show', 'photos/a.jpg'],
  ['verify'],
  ['check'],
  ['pause'],
  ['resume'],
  ['worker'],
  ['reconcile'],
  ['reconcile', 'list'],
  ['reconcile', 'show', 'ID'],
  ['reconcile', 'report', 'ID'],
  ['reconcile', 'cancel', 'ID'],
  ['deadletter', 'list'],
  ['deadletter', 'show', 'ID'],
  ['deadletter', 'replay', 'ID'],
  ['deadletter', 'purge', 'ID'],
  ['deadletter', 'export'],
  ['deadletter', 'acknowledge'],
];

describe.each(CONNECTED)('blobmirror %s %s %s', (...args) => {
  const words = args.filter((word) => typeof word === 'string');

  it.each(['--local', '--local=a/b.json'])(
    'takes %s at any place, and never an operand with it',
    async (flag) => {
      const plain = await parse(...words);
      expect(plain).toMatchObject({
        path: words.filter((word) => word !== 'ID' && !word.includes('/')).join(' '),
      });
      for (let place = 0; place <= words.length; place++)
        expect(await parse(...words.toSpliced(place, 0, flag))).toEqual({
          ...(plain as Called),
          options: { ...(plain as Called).options, local: flag === '--local' ? true : 'a/b.json' },
        });
    },
  );
});

describe('a command line', () => {
  it('may have the output and the time limit before the subcommand, too', async () => {
    for (const args of [
      ['-o', 'json', '--timeout', '9', 'deadletter', 'list'],
      ['deadletter', '--output=json', '--timeout=9', 'list'],
      ['deadletter', 'list', '-ojson', '--timeout', '9'],
    ])
      expect(await parse(...args)).toMatchObject({
        path: 'deadletter list',
        options: { output: 'json', timeout: 9 },
      });
  });

  it('that gives --local a file without an equals sign is told how', async () => {
    expect(await parse('status', '--local', 'a.json')).toContain('an equals sign: --local=a.json');
  });

  it('of a group without a subcommand shows its help, with --local as well', async () => {
    for (const args of [[], ['deadletter'], ['deadletter', '--local']])
      expect(await parse(...args)).toMatch(/^Usage: blobmirror .*Commands:/s);
  });

  it.each(['0', '-1', 'x', '1e3', '99999999'])('with the time limit %s is refused', async (limit) => {
    expect(await parse('status', `--timeout=${limit}`)).toContain('It should be a number of seconds above 0');
  });

  it('has defaults that compare content and let changes settle, and confirm nothing', async () => {
    expect(await parse('verify')).toMatchObject({ options: { content: 'md5', settle: 30, prefix: '' } });
    expect(await parse('deadletter', 'purge', '--all')).toMatchObject({
      options: { yes: false, dryRun: false },
    });
    expect(await parse('deadletter', 'list')).toMatchObject({ options: { limit: '50' } });
    expect(await parse('reconcile')).toMatchObject({ options: { dryRun: false, wait: false } });
    expect(await parse('status')).toMatchObject({ options: { watch: false, output: 'table' } });
    expect(await parse('worker')).toMatchObject({ options: { sweep: false, alone: false } });
  });

  it('takes what follows -- as operands, whatever it looks like', async () => {
    for (const operand of ['-ojson', '--local', '--output=json'])
      expect(await parse('deadletter', 'show', '--', operand)).toMatchObject({ operands: [operand] });
  });

  it('shows its errors without unsafe characters', async () => {
    expect(await parse('sta\u202Etus')).toContain(String.raw`unknown command 'sta\u{202e}tus'`);
  });

  it('of start takes no --local', async () => {
    expect(await parse('start', '--local')).toContain("unknown option '--local'");
  });
});

/** A command, its operand, and its options with their values, up to the first word that is none of them. */
const COMMAND = new RegExp(
  [
    String.raw`\bblobmirror `,
    String.raw`((?:deadletter (?:list|export|acknowledge)|(?:deadletter (?:show|replay|purge)|reconcile (?:show|report|cancel))(?: (?!-)[\w:.$\{}-]+)?|reconcile list|reconcile|show (?!-)(?:"[^"]*"|[\w./]+)|unprotected acknowledge|unprotected|status|verify|check|pause|resume|worker|start|sas)(?![\w-])`,
    String.raw`(?: (?:--(?:local|wait|dry-run|all|yes|watch|hns|sweep)\b(?:=[\w./]+)?|-o json|--[a-z-]+[ =](?:"[^"]*"|\$\{[^}]*\}|[\w./-]+)))*)`,
  ].join(''),
  'g',
);

/** Every command line of `blobmirror` in the texts of the sources: hints, messages, alerts, help, comments. */
function printedCommands(): readonly string[] {
  const root = new URL('../../', import.meta.url).pathname;
  const files = [...globSync('src/**/*.{ts,tsx}', { cwd: root }), ...globSync('docs/*.md', { cwd: root })];
  const found = files.flatMap((file) => {
    const text = readFileSync(`${root}${file}`, 'utf8').replaceAll(/\s+\* /g, ' ');
    return [...text.matchAll(COMMAND)].map(([, words = '']) => words.replaceAll(/\$\{[^}]*\}|"[^"]*"/g, 'X'));
  });
  return [...new Set(found)].toSorted();
}

describe('every command that a hint names', () => {
  it.each(printedCommands())(
    'works as it is printed, and with the connections of the command that prints it: %s',
    async (line) => {
      const plain = await parse(...line.split(' '));
      expect(plain).toHaveProperty('path');
      const hint = localized(`run blobmirror ${line}, then wait`, { local: 'my file.json' });
      const isOfLocal = /^(?:start|sas)\b/.test(line) || line.includes('--local');
      const words = / blobmirror (.*), then wait/.exec(hint)?.[1] ?? '';
      expect(words.includes("--local='my file.json'")).toBe(!isOfLocal);
      const parsed = await parse(...words.replace("'my file.json'", 'FILE').split(' '));
      expect(parsed).toMatchObject({ path: (plain as Called).path, operands: (plain as Called).operands });
      expect((parsed as Called).options['local']).toBe(
        isOfLocal ? (plain as Called).options['local'] : 'FILE',
      );
    },
  );

  it('of a misspelt subcommand is proposed', async () => {
    expect(await parse('reconcile', 'lst', '--local')).toContain('(did you mean "list"?)');
    expect(await parse('reconcile', 'photographs')).not.toContain('did you mean');
  });

  it('is found in the sources', () => {
    expect(printedCommands()).toEqual(
      expect.arrayContaining([
        'check',
        'resume',
        'reconcile cancel ID',
        'reconcile --delete-foreign CONTAINER',
      ]),
    );
  });

  it('is run by npx where this command was', () => {
    vi.stubEnv('npm_lifecycle_event', 'npx');
    vi.stubEnv('npm_lifecycle_script', '"blobmirror" status');
    expect(localized('run "blobmirror check"', { local: true })).toBe('run "npx blobmirror check --local"');
    vi.unstubAllEnvs();
  });
});
