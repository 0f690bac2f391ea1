import type { LocalAccount } from '@blobmirror/local/connections';
import { type Environment, createContainer, inDirectory, startEnvironment } from './environment.ts';
import { type Figure, median } from './figures.ts';
import { type Listed, PAGE_ENTRIES } from './load.ts';
import { type Bare, measureBareListings } from './measure-bare.ts';
import { runClient } from './run-client.ts';

const CLIENTS = 2;
const AT_ONCE = 32;
const STARTS = 3;

export interface Wanted {
  readonly memory: boolean;
  readonly listing: boolean;
  readonly ready: boolean;
}

/** Memory, listings and starts with as many small blobs in one container of an account that raises no events. */
export async function measureFilled(
  entries: number,
  { hierarchical, wanted, bare }: { hierarchical: boolean; wanted: Wanted; bare: Bare },
): Promise<readonly Figure[]> {
  return await inDirectory(async (directory) => {
    const environment = await startEnvironment(directory, { hierarchical });
    const { backup } = environment.connections;
    const empty = environment.usage();
    await createContainer(backup);
    const seconds = await fill(backup, entries);
    const filled = environment.usage();
    const figures: Figure[] = [
      { name: 'filling', value: entries / seconds, unit: '/s' },
      ...(wanted.memory
        ? [
            {
              name: 'memory, empty',
              value: empty.rssMiB,
              unit: 'MiB',
              times: empty.rssMiB / bare.rssMiB,
            } as const,
            {
              name: 'memory, filled',
              value: filled.rssMiB,
              unit: 'MiB',
              times: filled.rssMiB / bare.rssMiB,
            } as const,
            { name: 'memory, peak of the filling', value: filled.peakRssMiB, unit: 'MiB' } as const,
          ]
        : []),
      ...(wanted.listing ? await listings(backup, entries, hierarchical) : []),
      ...(wanted.listing
        ? [
            {
              name: 'memory, peak of the listings',
              value: environment.usage().peakRssMiB,
              unit: 'MiB',
            } as const,
          ]
        : []),
      ...(wanted.ready ? await starts(environment, directory, hierarchical) : []),
    ];
    if (!wanted.ready) await environment.end('SIGKILL');
    return figures.map((figure) => ({ ...figure, name: titled(figure.name, entries, hierarchical) }));
  });
}

function titled(name: string, entries: number, hierarchical: boolean): string {
  return `${entries} ${hierarchical ? 'files, hierarchical' : 'blobs'}: ${name}`;
}

async function fill(account: LocalAccount, entries: number): Promise<number> {
  const share = Math.ceil(entries / CLIENTS);
  const started = performance.now();
  await Promise.all(
    Array.from({ length: CLIENTS }, (_, index) => {
      const from = index * share;
      const count = Math.min(share, entries - from);
      return runClient(account, { do: 'requests', method: 'PUT', from, count, atOnce: AT_ONCE });
    }),
  );
  return (performance.now() - started) / 1000;
}

async function listings(
  account: LocalAccount,
  entries: number,
  hierarchical: boolean,
): Promise<readonly Figure[]> {
  const bare = await measureBareListings(entries);
  const blobs = `restype=container&comp=list&maxresults=${PAGE_ENTRIES}`;
  const raw = await runClient(account, { do: 'list', query: blobs });
  const sdk = await runClient(account, { do: 'sdk-list' });
  const delimited = await runClient(account, {
    do: 'list',
    query: `${blobs}&delimiter=/&prefix=measurements/`,
  });
  const lake = hierarchical
    ? await runClient(account, {
        do: 'list',
        query: `resource=filesystem&recursive=true&maxResults=${PAGE_ENTRIES}`,
      })
    : undefined;
  const directories = Math.ceil(entries / 100);
  // In hierarchical accounts directories are entries too, with the one that they all are in.
  const all = entries + (hierarchical ? directories + 1 : 0);
  return [
    ...listed('flat listing', raw, all, bare.raw),
    ...listed('flat listing by the SDK', sdk, all, bare.sdk),
    ...listed('listing with a delimiter', delimited, directories),
    ...(lake === undefined ? [] : listed('Path List, recursive', lake, all)),
  ];
}

function listed(name: string, found: Listed, expected: number, bare?: Listed): readonly Figure[] {
  const { seconds, pageMs, entries, status } = found;
  const isWhole = status === 200 && entries === expected;
  const note = isWhole ? '' : `**wrong: ${entries} of ${expected} entries, status ${status}**`;
  const pages: [string, number | undefined][] = [
    ['first page', pageMs[0]],
    ['middle page', pageMs[pageMs.length >> 1]],
    ['last page', pageMs.at(-1)],
  ];
  return [
    { name, value: seconds, unit: 's', note, ...(bare && { times: seconds / bare.seconds }) },
    ...(pageMs.length > 1
      ? pages.map(([page, value]) => ({ name: `${name}, ${page}`, value, unit: 'ms' }) as const)
      : []),
  ];
}

/** Ends the environment. */
async function starts(
  first: Environment,
  directory: string,
  hierarchical: boolean,
): Promise<readonly Figure[]> {
  const again: Environment[] = [];
  let running = first;
  const stopped = performance.now();
  await running.end('SIGTERM');
  const stopSeconds = (performance.now() - stopped) / 1000;
  for (let n = 0; n < STARTS; n++) {
    running = await startEnvironment(directory, { hierarchical });
    again.push(running);
    if (n < STARTS - 1) await running.end('SIGTERM');
  }
  const { rssMiB } = running.usage();
  await running.end('SIGKILL');
  const afterKill = await startEnvironment(directory, { hierarchical });
  await afterKill.end('SIGKILL');
  return [
    { name: 'stopped after', value: stopSeconds, unit: 's' },
    { name: 'ready again after', value: median(again.map(({ readySeconds }) => readySeconds)), unit: 's' },
    {
      name: 'first answer after',
      value: median(again.map(({ answeredSeconds }) => answeredSeconds)),
      unit: 's',
    },
    { name: 'first answer after, killed before', value: afterKill.answeredSeconds, unit: 's' },
    { name: 'memory, started again', value: rssMiB, unit: 'MiB' },
  ];
}
