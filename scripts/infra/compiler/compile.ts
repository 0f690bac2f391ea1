import { spawn } from 'node:child_process';
import { MAIN } from '../sources.ts';
import type { Compiler } from './find-compiler.ts';

const CONFIG = 'infra/bicepconfig.json';
const NOBODY = '00000000-0000-0000-0000-000000000000';
/** Where a file of parameters is deployed to, for what is evaluated beforehand. */
const PLACE = ['--subscription-id', NOBODY, '--tenant-id', NOBODY, '--location', 'westeurope'];
const GROUP = ['--resource-group', 'mirror', '--deployment-name', 'mirror'];
const NO_GROUP = ['--deployment-name', 'photos'];
/** In place of secrets that a walk-through takes from the environment. A snapshot does not hold what is secure. */
const SECRETS = {
  SOURCE_SAS: 'placeholder',
  SOURCE_NEXT_SAS: 'placeholder',
  BLOBMIRROR_HTTP_KEY: 'a placeholder of enough characters',
};

/** What a run of the compiler wrote. Standard error has the warnings too; it is empty where nothing is wrong. */
export interface Compiled {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The template of a file below `root`, with the warnings of the linter. @param path from `root` */
export async function compile(compiler: Compiler, root: string, path = MAIN): Promise<Compiled> {
  return await runCompiler(compiler, root, ['build', path, '--stdout']);
}

/** Writes the snapshot of a file of parameters beside it, or compares it with what is there. @param path from `root` */
export async function snapshot(
  compiler: Compiler,
  root: string,
  path: string,
  mode: 'overwrite' | 'validate',
): Promise<Compiled> {
  const where = [...PLACE, ...(path.startsWith('infra/') ? NO_GROUP : GROUP)];
  return await runCompiler(compiler, root, ['snapshot', path, ...where, '--mode', mode]);
}

/** Formats all files of a pattern below `root` in their place. */
export async function format(compiler: Compiler, root: string, pattern: string): Promise<Compiled> {
  return await runCompiler(compiler, root, ['format', '--pattern', pattern, '--newline-kind', 'LF']);
}

async function runCompiler({ path }: Compiler, cwd: string, args: readonly string[]): Promise<Compiled> {
  return await new Promise((resolve, reject) => {
    const child = spawn(path, [...args, '--config', CONFIG], {
      cwd,
      env: { ...process.env, ...SECRETS, NO_COLOR: '1' },
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (status) => {
      const textOf = (chunks: readonly Buffer[]): string =>
        Buffer.concat(chunks).toString().replaceAll('\r\n', '\n');
      resolve({
        ok: status === 0,
        stdout: textOf(stdout),
        stderr: textOf(stderr).replaceAll(`${cwd}/`, '').trim(),
      });
    });
  });
}
