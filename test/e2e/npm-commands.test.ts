/**
 * The two commands of the README, under a script shell that supports programs, arguments and `&&` only: what
 * works there works under cmd.exe. On Windows, npm's own shell is tested.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { spawnBlobmirror } from './support/blobmirror-process.ts';
import { environmentOf, FREE_PORTS, trackProcess } from './support/start-environment.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { untilMirrored } from './support/until-mirrored.ts';

const PLAIN_SHELL = fileURLToPath(new URL('../support/plain-shell.mjs', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Runs npm with that script shell. A program that is not in `runs` is looked up and not run. */
function npm(args: readonly string[], runs?: readonly string[]) {
  const env = {
    ...(process.platform !== 'win32' && { npm_config_script_shell: PLAIN_SHELL }),
    ...(runs !== undefined && { PLAIN_SHELL_RUNS: runs.join(' ') }),
  };
  return trackProcess(spawnBlobmirror(args, { program: 'npm', env }));
}

test('npm start becomes ready, mirrors, and stops with status 0 when npm is asked to', async () => {
  const readyFile = join(await temporaryDirectory(), 'local.json');
  const started = npm(['start', '--', ...FREE_PORTS, '--ready-file', readyFile]);
  const environment = await environmentOf(started, readyFile);
  await environment.source.createContainer('photos');
  await environment.source.getContainerClient('photos').getBlockBlobClient('cat.jpg').upload('cat', 3);
  await untilMirrored(environment, 'photos', 'cat.jpg');

  started.signal('SIGTERM');
  expect(await started.ended).toBe(0);
  expect(started.processes()).toEqual([]);
});

test('npm test runs every check and then Vitest', async () => {
  const run = npm(['test', '--', '--help'], ['npm', 'vitest', 'node']);
  expect([await run.ended, run.output.stderr]).toEqual([0, expect.stringContaining('plain shell: vitest')]);
  const checks = Object.keys(scripts).filter((name) => name.startsWith('check:'));
  expect(checks).toContain('check:types');
  for (const name of checks) expect(run.output.stdout).toContain(`${name}: passed in `);
  const ran = [...run.output.stderr.matchAll(/^plain shell: (.*)$/gm)].map(([, command]) => command);
  expect(ran.at(-1)).toBe('vitest run --help');
  expect(run.output.stdout).toMatch(/vitest\/\d+/);
});

test('every script consists of programs, arguments and && only', () => {
  const path = [join(REPOSITORY, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH: path, PLAIN_SHELL_RUNS: '' };
  const refused = Object.entries(scripts).flatMap(([name, script]) => {
    const { status, stderr } = spawnSync(process.execPath, [PLAIN_SHELL, '-c', script], {
      env,
      encoding: 'utf8',
    });
    return status === 0 ? [] : [`${name}: ${stderr}`];
  });
  expect(refused).toEqual([]);
});

test.each(['eval node x', "node -e '1'", 'A=1 node x', 'node x || node y', 'node x; node y', 'node $X'])(
  'the plain shell refuses %j',
  (script) => {
    const { status, stderr } = spawnSync(process.execPath, [PLAIN_SHELL, '-c', script], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^plain shell: .* is no (plain word|program)\n$/),
    ]);
  },
);
