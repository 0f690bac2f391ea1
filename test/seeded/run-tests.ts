import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from './fault.ts';
import { type Judgement, type Report, judgeReport } from './judge-report.ts';
import { nearTests } from './list-faults.ts';
import type { SeededFault } from './put-in-fault.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VITEST = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));
/** For tests that a fault keeps from ending. */
const LONGEST_MS = 180_000;
/** For the tests near all faults. */
const LONGEST_OF_ALL_MS = 1_200_000;

export interface Options {
  /** Prints what vitest prints. */
  readonly isLoud: boolean;
}

/** Runs the tests near a fault with it. */
export async function tryFault(fault: Fault, options: Options): Promise<Judgement> {
  return await inFolder(async (folder) => {
    const loaded = join(folder, 'loaded');
    const seeded: SeededFault = { ...fault, loaded };
    const only = fault.test === undefined ? [] : [`--testNamePattern=${patternOf(fault.test)}`];
    const args = [...nearTests(fault), ...only, '--bail=1'];
    const report = await runTests(args, folder, options, { SEEDED_FAULT: JSON.stringify(seeded) });
    return judgeReport(report, existsSync(loaded));
  });
}

/** Runs tests without any fault. Resolves to the names of those that fail, or that do not run. */
export async function failuresOf(files: readonly string[], options: Options): Promise<readonly string[]> {
  const report = await inFolder(async (folder) => await runTests(files, folder, options, {}));
  if (report === undefined) return ['the tests did not end in time, or wrote no report'];
  const missing = files.length - report.testResults.length;
  return [
    ...report.testResults.flatMap(({ name, message, assertionResults }) => [
      ...(message === '' ? [] : [`${name}: ${message}`]),
      ...assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    ]),
    ...(missing > 0 ? [`${missing} files were not run: tests of other processes do not see a fault`] : []),
  ];
}

/** The pattern of one test. Vitest puts a `>` between the titles of suites, and its report does not. */
function patternOf(title: string): string {
  const literal = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return `^${literal.replaceAll(' ', '(?: > | )')}$`;
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'seeded-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runTests(
  args: readonly string[],
  folder: string,
  { isLoud }: Options,
  env: Readonly<Record<string, string>>,
): Promise<Report | undefined> {
  const path = join(folder, 'report.json');
  const reporters = [
    '--reporter=json',
    `--outputFile.json=${path}`,
    ...(isLoud ? ['--reporter=default'] : []),
  ];
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const child = spawn(
    process.execPath,
    [VITEST, 'run', `--config=${config}`, `--root=${ROOT}`, ...reporters, ...args],
    {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', isLoud ? 'inherit' : 'ignore', isLoud ? 'inherit' : 'ignore'],
      // A group of its own, so that its workers end with it.
      detached: process.platform !== 'win32',
    },
  );
  const timer = setTimeout(
    () => {
      killWithWorkers(child);
    },
    'SEEDED_FAULT' in env ? LONGEST_MS : LONGEST_OF_ALL_MS,
  );
  await once(child, 'exit');
  clearTimeout(timer);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined;
}

/** A worker in an endless loop does not notice that vitest has ended. */
function killWithWorkers(child: ChildProcess): void {
  if (child.pid === undefined || process.platform === 'win32') child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
}
