import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { type LocalConnections, startLocal } from '@blobmirror/local';
import { expect, onTestFinished, test } from 'vitest';
import { judgeRun } from '../../bench/sync/judge-run.ts';
import { reconcileInline } from '../../bench/sync/reconcile-inline.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import { expectEqualAccounts } from '../e2e/support/expect-equal-accounts.ts';
import { expectEqualLakes } from '../e2e/support/expect-equal-lakes.ts';
import { connectLakes } from '../e2e/support/lakes.ts';
import { connectAccounts } from '../e2e/support/start-environment.ts';
import { budget } from '../support/budgets.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { CONTAINER } from './support/account-model.ts';
import { FLAT_MODEL } from './support/flat-model.ts';
import { killUnderLoad, type KillOptions } from './support/load-and-kill.ts';
import { TREE_MODEL } from './support/tree-model.ts';

const KILLS = budget(50, 5);

test.for([
  ['flat', (directory: string, options: KillOptions) => killUnderLoad(directory, FLAT_MODEL, options)],
  [
    'hierarchical',
    (directory: string, options: KillOptions) => killUnderLoad(directory, TREE_MODEL, options),
  ],
] as const)(
  '%s accounts that are killed under load keep each acknowledged change, and no half of one',
  async ([kind, kill]) => {
    const hierarchical = kind === 'hierarchical';
    const directory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await inEnvironment(directory, hierarchical, async ({ source }) => {
      await BlobServiceClient.fromConnectionString(source.connectionString).createContainer(CONTAINER);
    });

    const acknowledged = await kill(directory, {
      kills: KILLS,
      hierarchical,
      random: createSeededRandom(KILLS),
    });
    expect(acknowledged).toBeGreaterThanOrEqual(KILLS * 40);

    await inEnvironment(directory, hierarchical, async (info) => {
      const run = await reconcileInline(localSettings(info));
      expect(run).toMatchObject({ state: 'done', alerts: [] });
      expect(judgeRun(run)).toEqual({ isWhole: true, leftOut: [] });
      if (hierarchical) await expectEqualLakes(connectLakes(info));
      else await expectEqualAccounts(connectAccounts(info));
    });
  },
);

/** The whole environment in this process, for the time of a function. */
async function inEnvironment(
  dataDirectory: string,
  hierarchical: boolean,
  act: (info: LocalConnections) => Promise<void>,
): Promise<void> {
  const ports = { storagePort: 0, serviceBusPort: 0 };
  const local = await startLocal({ ...ports, dataDirectory, hierarchical, log: createSilentLogger() });
  try {
    await act(local.connections);
  } finally {
    await local.stop();
  }
}
