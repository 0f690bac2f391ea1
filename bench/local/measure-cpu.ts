import { createContainer, inDirectory, startEnvironment } from './environment.ts';
import type { Figure } from './figures.ts';
import type { Requests } from './load.ts';
import type { Bare } from './measure-bare.ts';
import { runClient } from './run-client.ts';

const COUNT = 3000;

/** In this order: each round of uploads changes the content, and the deletions come last. */
const REQUESTS: readonly (Pick<Requests, 'method' | 'round'> & { readonly name: string })[] = [
  { name: 'upload', method: 'PUT' },
  { name: 'overwrite', method: 'PUT', round: 1 },
  { name: 'get', method: 'GET' },
  { name: 'head', method: 'HEAD' },
  { name: 'delete', method: 'DELETE' },
];

/** The environment's processor time for a request, of each of its accounts: only changes of the source raise events. */
export async function measureCpu(
  hierarchical: boolean,
  atOnce: number,
  bare: Bare,
): Promise<readonly Figure[]> {
  return await inDirectory(async (directory) => {
    const environment = await startEnvironment(directory, { hierarchical });
    const { source, backup } = environment.connections;
    const figures: Figure[] = [];
    for (const [account, title] of [
      [backup, 'no events'],
      [source, 'with events'],
    ] as const) {
      await createContainer(account);
      const all = { do: 'requests', from: 0, atOnce } as const;
      // What Node compiles for the first requests is not measured.
      for (const { method } of REQUESTS) await runClient(account, { ...all, method, count: COUNT });
      for (const { name, ...request } of REQUESTS) {
        const before = environment.usage().cpuMs;
        await runClient(account, { ...all, ...request, count: COUNT });
        const value = (environment.usage().cpuMs - before) / COUNT;
        const kind = hierarchical ? 'hierarchical' : 'flat';
        figures.push({
          name: `${kind}, ${title}, ${atOnce} at once: CPU, ${name}`,
          value,
          unit: 'ms',
          times: value / bare.requestMs,
        });
      }
    }
    await environment.end('SIGKILL');
    return figures;
  });
}
