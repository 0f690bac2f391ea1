import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type LocalAccount, type LocalConnections, readReadyFile } from '@blobmirror/local/connections';
import { COMMAND } from '../bundled.ts';
import { type Usage, usageOf } from '../usage.ts';
import { createClient } from './client.ts';
import { CONTAINER } from './load.ts';

export interface Environment {
  readonly connections: LocalConnections;
  /** From the start of the process to the line that says that it is ready. */
  readonly readySeconds: number;
  /** From the start of the process to the answer to a first request, which reads one entry of a listing. */
  readonly answeredSeconds: number;
  usage(): Usage;
  /** Resolves when the process has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts the environment as users do, without a worker. @throws Error when it does not get ready */
export async function startEnvironment(
  directory: string,
  { hierarchical = false }: { readonly hierarchical?: boolean } = {},
): Promise<Environment> {
  const readyFile = join(directory, 'ready.json');
  const options = ['--data', join(directory, 'data'), '--ready-file', readyFile, '--no-worker'];
  const ports = ['--storage-port', '--service-bus-port', '--http-port'].flatMap((port) => [port, '0']);
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [COMMAND, 'start', ...options, ...ports, ...(hierarchical ? ['--hns'] : [])],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout);
  await Promise.race([
    ended.then(() => {
      throw new Error('the environment ended before it was ready');
    }),
    new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        if (line.startsWith('blobmirror is ready')) resolve();
      });
    }),
  ]);
  const readySeconds = (performance.now() - started) / 1000;
  const connections = await readReadyFile(readyFile);
  await askFor(connections.backup);
  return {
    connections,
    readySeconds,
    answeredSeconds: (performance.now() - started) / 1000,
    usage: () => usageOf(child.pid ?? 0),
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

async function askFor(account: LocalAccount): Promise<void> {
  const query = 'restype=container&comp=list&maxresults=1';
  await createClient(account, 1)({ method: 'GET', path: `/${CONTAINER}?${query}` });
}

/** @throws Error when it cannot be created */
export async function createContainer(account: LocalAccount): Promise<void> {
  const send = createClient(account, 1);
  const { status } = await send({ method: 'PUT', path: `/${CONTAINER}?restype=container` });
  if (status !== 201) throw new Error(`the container could not be created: ${status}`);
}

/** A directory for the time of a function. */
export async function inDirectory<Result>(act: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'blobmirror-bench-'));
  try {
    return await act(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
