import { parseHostJson } from '../../../src/host/host-json.js';
import { startHost, type Host } from '../../../src/host/start-host.js';
import { BACKUP, SOURCE } from '../../../src/local/accounts.js';
import type { Logger } from '../../../src/telemetry/logger.js';

const connect = ({ name, key }: { name: string; key: string }): string =>
  `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${key};BlobEndpoint=http://127.0.0.1:9/${name};`;

/** Settings that are in order and reach nothing: port 9 is for discarding. */
export const SETTINGS = {
  BLOBMIRROR_SOURCE: connect(SOURCE),
  BLOBMIRROR_BACKUP: connect(BACKUP),
  BLOBMIRROR_SERVICE_BUS:
    'Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true',
  BLOBMIRROR_EVENTS_QUEUE: 'storage-events',
  BLOBMIRROR_RECONCILE_QUEUE: 'reconcile',
  BLOBMIRROR_LOG_LEVEL: 'silent',
};

export function registrationOf(name: string): URL {
  return new URL(`../../../src/functions/${name}.ts`, import.meta.url);
}

/** The host with some of the functions, as the worker runs it. The settings must stand in the environment, too. */
export async function startApp(names: readonly string[], log: Logger): Promise<Host> {
  return await startHost({
    registrations: names.map(registrationOf),
    settings: process.env,
    hostJson: parseHostJson({}),
    httpPort: 0,
    log,
  });
}
