import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';

const PAGE = new URL('../../docs/command-line.md', import.meta.url);

interface Help {
  readonly command: readonly string[];
  readonly text: string;
}

/** The help texts of a command and of all its subcommands. */
async function helpOf(command: readonly string[]): Promise<Help[]> {
  const { status, stdout } = await runBlobmirror([...command, '--help']);
  expect(status, command.join(' ')).toBe(0);
  const listed = /\nCommands:\n((?: {2,}.*\n)+)/.exec(stdout)?.[1] ?? '';
  const names = [...listed.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name);
  const below: Help[] = [];
  for (const name of names) if (name !== 'help') below.push(...(await helpOf([...command, name])));
  return [{ command, text: stdout }, ...below];
}

test('every command has examples and exit statuses in its help, and a section on the page', async () => {
  const page = await readFile(PAGE, 'utf8');
  const [, ...commands] = await helpOf([]);
  expect(commands.length).toBeGreaterThan(12);
  for (const { command, text } of commands) {
    const line = ['blobmirror', ...command].join(' ');
    expect(text, line).toMatch(/\nExit status:\n {2}0 /);
    expect(text, line).toMatch(/\nExamples:\n {2}\S/);
    expect(page, line).toMatch(new RegExp(`\`${line}[\` ]`));
    expect(text.includes('--output <format>') || !/-o json/.test(text), line).toBe(true);
  }
});

test('the page has the same table of exit statuses as the code', async () => {
  const page = await readFile(PAGE, 'utf8');
  const table = /\| Exit status +\| Meaning +\|\n\| -+ \| -+ \|\n((?:\|.*\n)+)/.exec(page)?.[1] ?? '';
  const rows = table
    .trimEnd()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .map(([, status, meaning]) => ({ status: Number(status), meaning }));
  expect(rows).toEqual(Object.values(EXIT_CODES));
});
