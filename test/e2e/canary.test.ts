import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateAccountSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createCommandApp } from '../../src/wiring/create-command-app.ts';
import type { StatusService } from '../../src/wiring/create-status-service.ts';
import { readSettings } from '../../src/config/settings.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { type RunningEnvironment, startEnvironment } from './support/start-environment.ts';
import { waitUntil } from './support/wait-until.ts';

let environment: RunningEnvironment;

beforeAll(async () => {
  // Only one container is in scope, and the canary is followed nevertheless.
  environment = await startEnvironment([], {
    env: { BLOBMIRROR_CANARY: 'on', BLOBMIRROR_INCLUDE_CONTAINERS: 'photos' },
  });
});

function open(env: Readonly<Record<string, string>> = {}, log = createSilentLogger()): StatusService {
  const settings = readSettings({ ...localSettings(environment.info), BLOBMIRROR_CANARY: 'on', ...env });
  const app = createCommandApp(settings, log);
  onTestFinished(async () => await app.stop());
  return app.statusService;
}

test('a canary is written at the source, mirrored like any blob, and seen to arrive; no report counts it as foreign', async () => {
  await environment.source.createContainer('photos');
  const recovery = open();
  expect(recovery.followCanary).toBeDefined();
  await waitUntil('the canary is followed', async () => {
    await recovery.followCanary?.();
    const { canary } = (await recovery.read()).recovery;
    return canary.state === 'following' && (canary.ageMs ?? Infinity) < 5000;
  });
  const local = `--local=${environment.readyFile}`;
  const env = { BLOBMIRROR_CANARY: 'on', BLOBMIRROR_INCLUDE_CONTAINERS: 'photos' };
  const verified = await runBlobmirror(['verify', local], { env });
  expect([verified.status, verified.stdout]).toEqual([0, '']);
  const reconciled = await runBlobmirror(['reconcile', local, '--wait', '-o', 'json'], { env });
  expect(reconciled.status).toBe(0);
  expect(JSON.parse(reconciled.stdout)).toMatchObject({
    state: 'done',
    alerts: [],
    containers: { 'blobmirror-canary': { source: 1, extras: 0 } },
  });
});

test('a source that refuses the canary is reported in the problems and the log, as a warning', async () => {
  const { info } = environment;
  const readOnly = generateAccountSASQueryParameters(
    {
      services: AccountSASServices.parse('b').toString(),
      resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
      permissions: AccountSASPermissions.parse('rl'),
      protocol: SASProtocol.HttpsAndHttp,
      expiresOn: new Date(Date.now() + 90 * 24 * 3_600_000),
    },
    new StorageSharedKeyCredential(info.source.accountName, info.source.accountKey),
  ).toString();
  const log = createSilentLogger();
  const recovery = open(
    {
      BLOBMIRROR_SOURCE: `BlobEndpoint=${info.source.blobEndpoint};SharedAccessSignature=${readOnly}`,
      BLOBMIRROR_STATE_CONTAINER: 'state-of-another',
    },
    log,
  );
  await recovery.followCanary?.();
  await recovery.followCanary?.();
  const { health, recovery: point } = await recovery.read();
  expect(point.canary).toMatchObject({ state: 'waiting' });
  // No worker of that mirror has ever started.
  expect(health.problems).toMatchObject([
    { code: 'app-silent' },
    { code: 'canary-not-written', severity: 'warning' },
  ]);
  expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { message: 'the canary cannot be written', fields: { code: 'storage-forbidden' } },
  ]);
});
