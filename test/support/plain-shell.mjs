#!/usr/bin/env node
// A script shell for npm that knows programs, arguments and `&&`, as every shell does, cmd.exe among them, and nothing
// else. What else one of them may know, a variable, a quote, a builtin, ends it. PLAIN_SHELL_RUNS may name the programs that
// are run, separated by blanks; any other is only looked up, so that a long chain can be tried in little time.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const [flag, line = ''] = process.argv.slice(2);
if (flag !== '-c') fail(`"${flag}" is no flag of this shell`);
const only = process.env.PLAIN_SHELL_RUNS?.split(' ');

for (const command of line.split(' && ')) {
  const [program = '', ...args] = command.trim().split(/ +/);
  for (const word of [program, ...args])
    if (!/^[\w@%+:,./\\=-]+$/.test(word) || /%\w+%/.test(word))
      fail(`"${word}" in "${line}" is no plain word`);
  const path = lookUp(program);
  if (path === undefined) fail(`"${program}" in "${line}" is no program`);
  process.stderr.write(`plain shell: ${command}\n`);
  if (only !== undefined && !only.includes(program)) continue;
  const status = await run(path, args);
  if (status !== 0) process.exit(status);
}

/** @param {string} program */
function lookUp(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** @param {string} path @param {string[]} args @returns {Promise<number>} */
function run(path, args) {
  return new Promise((resolve) => {
    const child = spawn(path, args, { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** @param {string} why @returns {never} */
function fail(why) {
  process.stderr.write(`plain shell: ${why}\n`);
  process.exit(2);
}
