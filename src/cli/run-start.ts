import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { READY_FILE, writeReadyFile } from '@blobmirror/local/connections';
import { loadLocal } from './load-local.ts';
import { localized } from './hints.ts';
import { type ReadyFile, removeAbandoned, removeOwn } from './ready-file.ts';
import { untilStopped } from './until-stopped.ts';
import { startWorkerProcess } from './worker-process.ts';
import { findUnknownSettings } from '../config/known-settings.ts';
import { readMirrorName, refuseUnknown } from '../config/settings.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { DEFAULT_NAME } from '../model/mirror-id.ts';
import { createLogger } from '../telemetry/logger.ts';

export interface StartOptions {
  readonly hns: boolean;
  readonly storagePort: number;
  readonly serviceBusPort: number;
  readonly httpPort: number;
  readonly data?: string;
  readonly readyFile: string;
  readonly worker: boolean;
}

/**
 * Runs the embedded environment and, unless turned off, a worker beside it, until the process is asked to
 * stop.
 */
export async function runStart(options: StartOptions): Promise<void> {
  const log = createLogger('info');
  // Read first, so that a wrong setting stops the start.
  refuseUnknown(findUnknownSettings(process.env));
  const name = readMirrorName(process.env);
  await removeAbandoned(options.readyFile);
  const stopped = untilStopped();
  const { startLocal } = await loadLocal();
  await refuseTakenPorts(options);

  const local = await startLocal({
    storagePort: options.storagePort,
    serviceBusPort: options.serviceBusPort,
    hierarchical: options.hns,
    ...(options.data !== undefined && { dataDirectory: options.data }),
    log,
  });
  try {
    const httpPort = await freePort(options.httpPort, 'the app');
    const info: ReadyFile = {
      ...local.connections,
      http: { baseUrl: `http://127.0.0.1:${httpPort}` },
      pid: process.pid,
      ...(name !== DEFAULT_NAME && { name }),
    };
    // A full sync at the start finds what a crash lost from the queue or from one account.
    const worker = options.worker
      ? await startWorkerProcess(info, httpPort, { sweep: options.data !== undefined, log })
      : undefined;
    // Another one may have started meanwhile.
    await removeAbandoned(options.readyFile);
    await writeReadyFile(options.readyFile, info);
    process.stdout.write(describe(info, options));

    await stopped;
    await worker?.stop();
  } finally {
    await local.stop();
    await removeOwn(options.readyFile);
  }
}

function describe(info: ReadyFile, { hns, readyFile, worker }: StartOptions): string {
  return `blobmirror is ready after ${(performance.now() / 1000).toFixed(1)} s
  accounts     ${hns ? 'hierarchical: both endpoints answer the Data Lake API beside the Blob API' : 'flat'}
  source       ${info.source.blobEndpoint}
  backup       ${info.backup.blobEndpoint}
  service bus  ${new URL(info.serviceBus.connectionString.match(/sb:\/\/[^;]+/)?.[0] ?? '').host}
  app          ${worker ? info.http.baseUrl : localized('not started: run "blobmirror worker"', readyFile === READY_FILE ? { local: true } : { local: readyFile })}
  connections  ${readyFile}
`;
}

const PORTS = [
  ['storagePort', '--storage-port', 'storage'],
  ['serviceBusPort', '--service-bus-port', 'service bus'],
  ['httpPort', '--http-port', 'the app'],
] as const;

/**
 * Tries all ports before anything starts, so that one message names each that is taken.
 *
 * @throws BlobmirrorError `port-taken`
 */
export async function refuseTakenPorts(
  wanted: Pick<StartOptions, 'storagePort' | 'serviceBusPort' | 'httpPort'>,
): Promise<void> {
  const taken: string[] = [];
  for (const [option, , service] of PORTS) {
    try {
      await freePort(wanted[option], service);
    } catch (error) {
      if (!(error instanceof BlobmirrorError)) throw error;
      taken.push(error.message);
    }
  }
  if (taken.length === 0) return;
  const start = process.env['npm_lifecycle_event'] === 'start' ? 'npm start --' : 'blobmirror start';
  const free = PORTS.map(([, flag]) => `${flag} 0`).join(' ');
  const hint = `Stop the other program, or let free ports be picked: ${start} ${free}`;
  throw new BlobmirrorError('port-taken', taken.join('; '), { hint });
}

/**
 * The port, or any free one for 0. It is free now, so that a child can listen there; a port that is taken is
 * reported before anything else starts.
 *
 * @throws BlobmirrorError `port-taken`
 */
export async function freePort(wanted: number, service: string): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new BlobmirrorError('port-taken', `port ${wanted} of 127.0.0.1, wanted for ${service}, is taken`, {
      cause,
    });
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
