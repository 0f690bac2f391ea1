import { Command, Option } from 'commander';
import { removeReadyFile, READY_FILE, writeReadyFile, type LocalInfo } from '../../local/ready-file.js';
import { startLocal } from '../../local/start-local.js';
import { BlobmirrorError } from '../../model/errors.js';
import { createLogger } from '../../telemetry/create-logger.js';
import { freePort } from '../free-port.js';
import { parsePort } from '../parse-port.js';
import { untilStopped } from '../until-stopped.js';
import { startWorkerProcess } from '../worker-process.js';

interface StartOptions {
  readonly hns: boolean;
  readonly storagePort: number;
  readonly serviceBusPort: number;
  readonly httpPort: number;
  readonly data?: string;
  readonly readyFile: string;
  readonly worker: boolean;
}

const EXAMPLES = `
Examples:
  npm start                                   in memory, on ports 10000, 5672 and 7071
  npm start -- --data ./data                  keeps accounts and queues in a folder
  npm start -- --no-worker                    then, beside it: blobmirror worker --local
  npm start -- --storage-port 0 --service-bus-port 0 --http-port 0 --ready-file /tmp/local.json
`;

export function startCommand(): Command {
  return new Command('start')
    .description('run two storage accounts, Event Grid, Service Bus and the mirror on this machine')
    .addOption(
      new Option('--hns', 'hierarchical accounts (Data Lake Gen2); not supported yet').default(false),
    )
    .addOption(new Option('--storage-port <port>', '0 picks a free one').argParser(parsePort).default(10000))
    .addOption(
      new Option('--service-bus-port <port>', '0 picks a free one').argParser(parsePort).default(5672),
    )
    .addOption(new Option('--http-port <port>', '0 picks a free one').argParser(parsePort).default(7071))
    .option('--data <dir>', 'keep accounts and queues in this folder (default: in memory)')
    .option('--ready-file <file>', 'written once everything serves', READY_FILE)
    .option('--no-worker', 'leave the mirror to "blobmirror worker --local"')
    .addHelpText('after', EXAMPLES)
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  if (options.hns)
    throw new BlobmirrorError(
      'setting-invalid',
      '--hns is not supported yet; leave it out for flat accounts',
    );
  const stopped = untilStopped();
  const log = createLogger('info');
  await removeReadyFile(options.readyFile);

  const local = await startLocal({
    storagePort: options.storagePort,
    serviceBusPort: options.serviceBusPort,
    ...(options.data !== undefined && { dataDirectory: options.data }),
    log,
  });
  try {
    const httpPort = options.httpPort === 0 ? await freePort() : options.httpPort;
    const info: LocalInfo = { ...local.info, http: { baseUrl: `http://127.0.0.1:${httpPort}` } };
    // What a crash took from the queue or from one account is found by a sweep at the start.
    const worker = options.worker
      ? await startWorkerProcess(info, httpPort, { sweep: options.data !== undefined, log })
      : undefined;
    await writeReadyFile(options.readyFile, info);
    process.stdout.write(describe(info, options));

    await stopped;
    await worker?.stop();
  } finally {
    await local.stop();
    await removeReadyFile(options.readyFile);
  }
}

function describe(info: LocalInfo, { readyFile, worker }: StartOptions): string {
  return `blobmirror is ready
  source       ${info.source.blobEndpoint}
  backup       ${info.backup.blobEndpoint}
  service bus  ${new URL(info.serviceBus.connectionString.match(/sb:\/\/[^;]+/)?.[0] ?? '').host}
  app          ${worker ? info.http.baseUrl : 'not started: run "blobmirror worker --local"'}
  connections  ${readyFile}
`;
}
