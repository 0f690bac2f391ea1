import type { LocalAccount } from '@blobmirror/local/connections';
import { createContainer, inDirectory, startEnvironment } from './environment.ts';
import type { Figure } from './figures.ts';
import { PAGE_ENTRIES } from './load.ts';
import { runClient } from './run-client.ts';

const KILLS = 3;
const ENOUGH = 640;

/** Acknowledged writes that are lost when the environment is killed under load, and whether listings answer afterwards. */
export async function measureKills(hierarchical: boolean, atOnce: number): Promise<readonly Figure[]> {
  return await inDirectory(async (directory) => {
    let [lost, acknowledged] = [0, 0];
    let listing = '';
    for (let kill = 0; kill < KILLS; kill++) {
      const killed = await startEnvironment(directory, { hierarchical });
      const { backup } = killed.connections;
      if (kill === 0) await createContainer(backup);
      const from = kill * 1_000_000;
      let ended: Promise<void> | undefined;
      const numbers = await runClient(backup, { do: 'until-killed', from, atOnce, enough: ENOUGH }, () => {
        ended = killed.end('SIGKILL');
      });
      await ended;
      const again = await startEnvironment(directory, { hierarchical });
      acknowledged += numbers.length;
      lost += await runClient(again.connections.backup, { do: 'verify', numbers });
      listing = await answersOf(again.connections.backup, hierarchical);
      await again.end('SIGTERM');
    }
    const kind = hierarchical ? 'hierarchical' : 'flat';
    return [
      {
        name: `${kind}, ${atOnce} at once, ${KILLS} kills: acknowledged writes lost of ${acknowledged}`,
        value: lost,
        unit: 'lost',
        note: listing,
      },
    ];
  });
}

async function answersOf(account: LocalAccount, hierarchical: boolean): Promise<string> {
  const blobs = { do: 'list', query: `restype=container&comp=list&maxresults=${PAGE_ENTRIES}` } as const;
  const paths = { do: 'list', query: 'resource=filesystem&recursive=true' } as const;
  const { status } = await runClient(account, blobs);
  const lake = hierarchical ? `, Path List answers ${(await runClient(account, paths)).status}` : '';
  return `List Blobs answers ${status}${lake}`;
}
