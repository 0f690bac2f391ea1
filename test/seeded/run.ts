/**
 * `npm run seeded`: puts the faults of `faults/` in, one at a time and without touching a file, and runs the tests near
 * each. It ends with code 1 if one of them is not noticed.
 *
 *   npm run seeded
 *   npm run seeded -- --all                     with the spare ones, which other faults stand for
 *   npm run seeded -- --list
 *   npm run seeded -- --only mirror             the faults of a room
 *   npm run seeded -- --unchecked               without a run of the same tests before, that has no fault in it
 *   npm run seeded -- --only 'trash' --loud     those whose name has the text, with what vitest prints
 *   npm run seeded -- --at-once 1               in one process, and not in one for each core
 */
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuOfChildren } from '../support/cpu-of-children.ts';
import type { Fault } from './fault.ts';
import { FaultRunner } from './fault-runner.ts';
import { listFaults, nearTests } from './list-faults.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    loud: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    unchecked: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: String(availableParallelism()) },
  },
});

const rooms = await listFaults();
const chosen = [...rooms].flatMap(([room, faults]) => {
  const { only } = values;
  if (only === undefined) return faults.filter(({ isSpare }) => values.all || isSpare !== true);
  return room === only ? faults : faults.filter(({ name }) => name.includes(only));
});
const atOnce = Number(values['at-once']);
if (!Number.isSafeInteger(atOnce) || atOnce < 1) {
  process.stderr.write('--at-once takes a whole number from 1 on\n');
  process.exitCode = 2;
} else if (chosen.length === 0) {
  process.stderr.write(`no fault is called ${values.only}; the rooms are ${[...rooms.keys()].join(', ')}\n`);
  process.exitCode = 2;
} else if (values.list) {
  for (const { name, path } of chosen) process.stdout.write(`${path}: ${name}\n`);
} else process.exitCode = await tryAll(chosen);

async function tryAll(faults: readonly Fault[]): Promise<number> {
  const began = performance.now();
  const runners = Array.from({ length: atOnce }, () => new FaultRunner({ isLoud: values.loud }));
  const passes = values.unchecked || (await passWithoutFault(faults, runners));
  const missed = passes ? await tryEach(faults, runners) : [];
  await Promise.all(runners.map(async (runner) => await runner.stop()));
  if (!passes) return 1;

  const cpu = cpuOfChildren();
  const took = `${seconds((performance.now() - began) / 1000)}${cpu === undefined ? '' : `, ${seconds(cpu)} of processor time`}`;
  process.stdout.write(`${faults.length} faults, ${faults.length - missed.length} noticed; ${took}\n`);
  for (const line of missed) process.stderr.write(`not noticed: ${line}\n`);
  return missed.length === 0 ? 0 : 1;
}

/** Resolves to a line about each that was not noticed. */
async function tryEach(
  faults: readonly Fault[],
  runners: readonly FaultRunner[],
): Promise<readonly string[]> {
  const waiting = faults.entries();
  const missed: string[] = [];
  async function work(runner: FaultRunner): Promise<void> {
    for (const [i, fault] of waiting) {
      const judgement = await runner.try(fault);
      const about = `${String(i + 1).padStart(4)} of ${faults.length}  ${fault.name}`;
      if (judgement.kind === 'noticed')
        process.stdout.write(
          `${about}\n                noticed by ${relative('.', judgement.file)}: ${judgement.by}\n`,
        );
      else {
        missed.push(`${fault.name} (${fault.path}): ${judgement.why}`);
        process.stdout.write(`${about}\n                NOT NOTICED: ${judgement.why}\n`);
      }
    }
  }
  await Promise.all(runners.map(work));
  return missed;
}

function seconds(count: number): string {
  return `${Math.round(count)} s`;
}

/** A test that fails anyway says nothing. */
async function passWithoutFault(faults: readonly Fault[], runners: readonly FaultRunner[]): Promise<boolean> {
  const tests = [...new Set(faults.flatMap(nearTests))].toSorted();
  const found = await Promise.all(
    runners.map(
      async (runner, n) => await runner.failuresOf(tests.filter((_, i) => i % runners.length === n)),
    ),
  );
  const failures = found.flat();
  if (failures.length === 0) process.stdout.write(`${tests.length} files of tests pass without a fault\n`);
  else
    process.stderr.write(
      `these tests fail without any fault, so they say nothing:\n${failures.join('\n')}\n`,
    );
  return failures.length === 0;
}
