#!/usr/bin/env node
// `exec PROGRAM ARGUMENT…` where the script shell has no `exec` of its own: runs the program, passes signals on, and ends
// with its status. README.md says why.
import { spawn } from 'node:child_process';

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program === 'node' ? process.execPath : program, args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('error', ({ message }) => {
  process.stderr.write(`exec: ${message}\n`);
  process.exit(127);
});
child.once('exit', (status) => process.exit(status ?? 1));
