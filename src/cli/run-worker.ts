import { READY_FILE } from '@blobmirror/local/connections';
import { createCredential } from '../wiring/connect-storage.ts';
import type { App } from '../wiring/create-app.ts';
import type { Mirror } from '../wiring/create-mirror.ts';
import { type Identity, isRefusal } from '../wiring/open-identity.ts';
import { theApp } from '../wiring/the-app.ts';
import { readHttpSettings } from '../config/http-settings.ts';
import { isAsAzure } from '../host/as-azure.ts';
import { readHostJson } from '../host/host-json.ts';
import { resolveRegistrations } from '../host/load-registrations.ts';
import { startHost } from '../host/start-host.ts';
import { accountEnvironmentOf } from './environment-of.ts';
import { readReadyFile } from './ready-file.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type Logger, createLogger } from '../telemetry/logger.ts';
import { beginRun } from './begin-run.ts';
import type { LocalOption } from './command-options.ts';
import { writeCompiled } from './keep-compiled.ts';
import { startReminders } from './output/reminders.ts';
import { PACKAGE_ROOT } from './package.ts';
import { untilStopped } from './until-stopped.ts';

export interface WorkerOptions extends LocalOption {
  readonly httpPort?: number;
  readonly sweep: boolean;
  readonly alone: boolean;
}

/** Runs the functions of the mirror on our own host until SIGINT or SIGTERM. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const stopped = untilStopped();
  let httpPort = options.httpPort ?? 7071;
  Object.assign(process.env, await accountEnvironmentOf(options));
  if (options.local !== undefined) {
    const file = options.local === true ? READY_FILE : options.local;
    const { http } = await readReadyFile(file);
    httpPort = options.httpPort ?? Number(new URL(http.baseUrl).port);
  }
  // First, so that a wrong setting stops the start before anything else happens.
  const app = await theApp();
  const http = readHttpSettings(process.env);
  const log = createLogger('info');
  const endReminders = startReminders((waitsFor, seconds) => {
    log.info('the worker is still starting', { waitsFor, seconds });
  });
  // Accounts that do not answer take a minute or more. Nothing has begun that would have to be stopped.
  const isAdmitted = await Promise.race([examine(app, log).then(() => true), stopped.then(() => false)]);
  if (!isAdmitted) return;
  const host = await startWithPort({
    registrations: await resolveRegistrations(PACKAGE_ROOT),
    settings: process.env,
    hostJson: await readHostJson(new URL('host.json', PACKAGE_ROOT)),
    httpPort,
    httpHost: http.host,
    httpKey: http.key,
    createCredential,
    asAzure: isAsAzure(process.env),
    log,
  });
  const stopping = new AbortController();
  if (options.sweep) {
    const how = { isAlone: options.alone, stopped: stopping.signal };
    const { reconciler } = await app.reconciliation();
    void beginRun(reconciler, log, how);
  }
  endReminders();
  process.stdout.write(`blobmirror worker is ready\n`);
  process.send?.('ready');
  writeCompiled();

  await stopped;
  stopping.abort();
  // From here on the host takes no more messages. Those that a pause holds are released at once.
  const hostStopped = host.stop();
  app.pause.close();
  await hostStopped;
  await app.stop();
}

/** @throws BlobmirrorError as `startHost`, with the flag that helps where the port is taken */
async function startWithPort(options: Parameters<typeof startHost>[0]): ReturnType<typeof startHost> {
  try {
    return await startHost(options);
  } catch (cause) {
    if (!(cause instanceof BlobmirrorError) || cause.code !== 'port-taken') throw cause;
    const hint = 'Another worker may run there. Let a free port be picked for this one: add --http-port 0.';
    throw new BlobmirrorError('port-taken', cause.message, { cause, hint });
  }
}

async function examine(app: Pick<App, 'mirror' | 'identity'>, log: Logger): Promise<void> {
  await check(await app.mirror(), log);
  await admit(app.identity, log);
}

/** Accounts of different kinds stop the start. An account that is out of reach does not: it may be back later. */
async function check(mirror: Mirror, log: Logger): Promise<void> {
  try {
    await mirror.checkAccounts();
  } catch (error) {
    if (error instanceof BlobmirrorError && error.code === 'account-kinds-differ') throw error;
    log.warn('the kind of the accounts could not be read; messages wait until it can', { error });
  }
}

/** Swapped accounts, and a name or a queue of another mirror, stop the start before anything is written. */
async function admit(identity: Identity, log: Logger): Promise<void> {
  try {
    await identity.admit();
  } catch (error) {
    if (isRefusal(error)) throw error;
    log.warn(
      'the mirror could not be registered in the state; this is tried again when the state is needed',
      { error },
    );
  }
}
