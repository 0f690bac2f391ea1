import type { Chaos } from './run-chaos.ts';

/** One progress line. */
export function describeProgress({ world, workers, deeds, killsInCopies }: Chaos): string {
  const { source, backup } = world.proxies;
  const { active, scheduled, deadLetter } = world.broker.counts();
  const { copies, deletes } = world.witness.seen;
  return [
    `${sum(deeds.values())} writes`,
    `${sum(source.faults.values()) + sum(backup.faults.values())} faults`,
    `${sum(workers.map(({ kills }) => kills))} kills (${killsInCopies} in copies)`,
    `${world.broker.restarts} broker restarts`,
    `${copies} copies and ${deletes} deletes`,
    `${active} messages, ${scheduled} planned, ${deadLetter} dead`,
    `${workers.map(({ memory }) => Math.round(memory.peakMiB)).join(' and ')} MiB at most`,
  ].join(', ');
}

/** The acts of users and the faults, by kind, a line for each. */
export function describeCounts({ world, deeds }: Chaos): string {
  const { source, backup } = world.proxies;
  const lines = [
    ...[...deeds].map(([deed, count]) => `${deed}: ${count}`),
    ...[...source.faults].map(([fault, count]) => `source, ${fault}: ${count}`),
    ...[...backup.faults].map(([fault, count]) => `backup, ${fault}: ${count}`),
  ];
  return lines.map((line) => `  ${line}\n`).join('');
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0);
}
