import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { serviceOf } from '../../support/start-lake.ts';
import { refusalOf, startTwoAccounts, type TwoAccounts } from '../../support/two-accounts.ts';

const noSpace = () =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    errno: -28,
    syscall: 'write',
  });
/** More than streams and sockets buffer, so that a client is still sending when its write fails. */
const large = randomBytes(4 * 1024 * 1024);

/** A disk that refuses writes while it is full, behind the writing functions of `fs`. */
function createDisk(): { fill(what: 'content' | 'metadata'): void; empty(): void } {
  const full = new Set<string>();
  const { write, writev, writeFile } = fs;
  const lastOf = (parameters: readonly unknown[]) => parameters.at(-1) as (error: Error) => void;
  const fail = (parameters: readonly unknown[]) => setImmediate(() => lastOf(parameters)(noSpace()));
  const stub = (name: 'write' | 'writev' | 'writeFile', what: string, original: unknown) => {
    const act = original as (...parameters: unknown[]) => unknown;
    const stubbed: unknown = (...parameters: unknown[]) =>
      full.has(what) ? fail(parameters) : act(...parameters);
    vi.spyOn(fs, name).mockImplementation(stubbed as never);
  };
  stub('write', 'content', write);
  stub('writev', 'content', writev);
  stub('writeFile', 'metadata', writeFile);
  onTestFinished(() => void vi.restoreAllMocks());
  return { fill: (what) => void full.add(what), empty: () => full.clear() };
}

interface Stage extends TwoAccounts {
  readonly directory: string;
  readonly told: string[];
  readonly restart: () => Promise<ContainerClient>;
}

async function createStage(hierarchical: boolean): Promise<Stage> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const told: string[] = [];
  const reports = {
    onDiskError: ({ message }: Error) => void told.push(message),
    onDiskFree: () => void told.push('free'),
  };
  const two = await startTwoAccounts({ dataDirectory, hierarchical, ...reports });
  return {
    ...two,
    directory: dataDirectory,
    told,
    async restart() {
      await two.storage.stop();
      return (await startTwoAccounts({ dataDirectory, hierarchical, ...reports })).source;
    },
  };
}

/** A client without retries. */
function retryless(container: ContainerClient, connectionString: string): ContainerClient {
  const options = { retryOptions: { maxTries: 1 } };
  return BlobServiceClient.fromConnectionString(connectionString, options).getContainerClient(
    container.containerName,
  );
}

const put = (container: ContainerClient, name: string, body: Buffer) =>
  container.getBlockBlobClient(name).upload(body, body.length);

describe.each([
  ['flat', false],
  ['hierarchical', true],
])('a full disk under %s accounts', (_kind, hierarchical) => {
  it('refuses writes with a retryable error, reports it once, and accepts them when there is room', async () => {
    const disk = createDisk();
    const { storage, source, told, directory, restart } = await createStage(hierarchical);
    const quick = retryless(source, storage.connectionString('sourceaccount'));
    await put(source, 'kept', large);
    disk.fill('content');
    const file = serviceOf({ storage }).getFileSystemClient('docs').getFileClient('d');
    const writes = [
      ...['a', 'b', 'kept'].map((name) => () => put(quick, name, large)),
      () => quick.getBlockBlobClient('c').stageBlock('MQ==', large, large.length),
      ...(hierarchical ? [() => file.upload(large)] : []),
    ];
    const refusals = [];
    for (const write of writes) refusals.push(await refusalOf(write()));
    expect(refusals).toEqual(writes.map(() => '503 ServerBusy'));
    expect(told).toEqual([expect.stringMatching(/^no room on the disk, \d+ bytes free: .*ENOSPC/)]);
    expect(told[0]).toContain(directory);
    expect((await source.getBlobClient('kept').downloadToBuffer()).equals(large)).toBe(true);
    disk.empty();
    // Saving the metadata may have failed on the full disk too; it must succeed before any other write is
    // accepted.
    await vi.waitFor(() => put(quick, 'kept', large), { timeout: 20_000 });
    const bodies = Array.from({ length: 40 }, () => randomBytes(5000));
    await Promise.all(bodies.map((body, index) => put(quick, `after-${index}`, body)));
    await vi.waitFor(() => expect(told).toEqual([expect.any(String), 'free']), { timeout: 20_000 });
    const again = await restart();
    expect((await again.getBlobClient('kept').downloadToBuffer()).equals(large)).toBe(true);
    for (const [index, body] of bodies.entries())
      expect((await again.getBlobClient(`after-${index}`).downloadToBuffer()).equals(body)).toBe(true);
  });

  it('acknowledges nothing while metadata cannot be saved, and loses nothing acknowledged before', async () => {
    const disk = createDisk();
    const { storage, source, told, directory, restart } = await createStage(hierarchical);
    const quick = retryless(source, storage.connectionString('sourceaccount'));
    // Once both containers are saved, only the next write is unsaved.
    await vi.waitFor(
      async () =>
        expect(
          (await readFile(join(directory, 'blobs.json'), 'utf8')).split('"docs"').length,
        ).toBeGreaterThan(2),
      { timeout: 20_000 },
    );
    disk.fill('metadata');
    await put(source, 'unsaved', Buffer.from('unsaved'));
    await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 20_000 });
    const file = serviceOf({ storage }).getFileSystemClient('docs').getFileClient('refused');
    const writes = [
      () => put(quick, 'refused', large),
      () => quick.getBlobClient('unsaved').delete(),
      ...(hierarchical ? [() => file.create()] : []),
    ];
    for (const write of writes) expect(await refusalOf(write())).toBe('503 ServerBusy');
    expect(String(await source.getBlobClient('unsaved').downloadToBuffer())).toBe('unsaved');
    disk.empty();
    // It is saved although nothing was written since.
    await vi.waitFor(() => expect(told).toEqual([expect.any(String), 'free']), { timeout: 20_000 });
    await put(quick, 'after', Buffer.from('after'));
    const again = await restart();
    const names = (await Array.fromAsync(again.listBlobsFlat())).map(({ name }) => name);
    expect(names).toEqual(['after', 'unsaved']);
  });
});

it('keeps bodies apart after files could not be opened', async () => {
  const { storage, source, told, directory } = await createStage(false);
  const quick = retryless(source, storage.connectionString('sourceaccount'));
  const extents = join(directory, 'extents');
  await rename(extents, `${extents}-away`);
  for (let index = 0; index < 40; index++)
    expect(await refusalOf(put(quick, 'refused', Buffer.from('x')))).toBe('500 InternalError');
  await rename(`${extents}-away`, extents);
  const bodies = Array.from({ length: 64 }, () => randomBytes(100_000));
  await Promise.all(bodies.map((body, index) => put(quick, `blob-${index}`, body)));
  for (const [index, body] of bodies.entries())
    expect((await source.getBlobClient(`blob-${index}`).downloadToBuffer()).equals(body)).toBe(true);
  expect(told).toEqual([expect.stringContaining('ENOENT'), 'free']);
});
