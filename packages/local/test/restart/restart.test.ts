import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { type Storage, startStorage } from '../../src/start-storage.ts';
import { accounts } from '../support/accounts.ts';
import { tickingDate } from '../support/ticking-date.ts';
import { type Census, takeCensus } from './census.ts';
import { writeEverything } from './every-write.ts';

/** A lease lasts a minute at most, and is to be read as it was written. */
function useTickingDate(from: number): void {
  vi.stubGlobal('Date', tickingDate(from));
  onTestFinished(() => void vi.unstubAllGlobals());
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function start(dataDirectory: string, hierarchical: boolean): Promise<Storage> {
  const storage = await startStorage({ port: 0, accounts, dataDirectory, hierarchical });
  onTestFinished(() => storage.stop());
  return storage;
}

/**
 * Each order on a start of its own, since one read may correct in memory what the next one would have failed
 * on.
 */
async function expectAfterRestart(directory: string, hierarchical: boolean, before: Census): Promise<void> {
  for (const backwards of [false, true]) {
    const copy = await temporaryDirectory();
    await cp(directory, copy, { recursive: true });
    const storage = await start(copy, hierarchical);
    const after = await takeCensus(storage, { hierarchical, backwards });
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(before));
    await storage.stop();
  }
}

function expectNoFailure(census: Census): void {
  expect(census.size).toBeGreaterThan(150);
  expect([...census].filter(([, answer]) => answer.startsWith('5'))).toEqual([]);
}

describe.each([
  ['flat', false],
  ['hierarchical', true],
])('every kind of write to %s accounts', (_kind, hierarchical) => {
  it('reads the same after a clean stop', async () => {
    useTickingDate(Date.now());
    const directory = await temporaryDirectory();
    const storage = await start(directory, hierarchical);
    await writeEverything((account) => storage.blobEndpoint(account), hierarchical);
    const before = await takeCensus(storage, { hierarchical });
    expectNoFailure(before);
    await storage.stop();
    await expectAfterRestart(directory, hierarchical, before);
  });

  it('reads the same after a kill', async () => {
    const directory = await temporaryDirectory();
    const began = Date.now();
    const child = fork(new URL('../support/serve-until-killed.ts', import.meta.url), [
      directory,
      hierarchical ? 'hierarchical' : 'flat',
      String(began),
    ]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const port = await new Promise<number>((resolve, reject) => {
      child.once('message', (message) => resolve(Number(message)));
      child.once('exit', () => reject(new Error('the child ended before it served')));
    });
    const blobEndpoint = (account: string) => `http://127.0.0.1:${port}/${account}`;
    await writeEverything(blobEndpoint, hierarchical);
    const ends = { advance: async () => {}, stop: async () => {} };
    const serving = { blobEndpoint, port, connectionString: () => '', ...ends };
    const before = await takeCensus(serving, { hierarchical });
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    // Later than the last time that the child told.
    useTickingDate(began + 20_000);
    await expectAfterRestart(directory, hierarchical, before);
  });
});
