import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';
import { runBlobmirror, spawnBlobmirror, withoutReminders } from './support/blobmirror-process.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { waitUntil } from './support/wait-until.ts';

let directory: string;

beforeAll(async () => {
  directory = await temporaryDirectory();
});

test('--version prints the version and nothing else', async () => {
  const { status, stdout, stderr } = await runBlobmirror(['--version']);
  expect([status, withoutReminders(stderr)]).toEqual([0, '']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('--help lists the commands', async () => {
  const { status, stdout } = await runBlobmirror(['--help']);
  expect(status).toBe(0);
  for (const command of ['start', 'worker', 'sas']) expect(stdout).toMatch(new RegExp(`^ +${command} `, 'm'));
});

test('start --help names every option of the contract with its default', async () => {
  const { status, stdout } = await runBlobmirror(['start', '--help']);
  const text = stdout.replaceAll(/\s+/g, ' ');
  expect(status).toBe(0);
  for (const [option, meant] of [
    ['--hns', ''],
    ['--storage-port <port>', '(default: 10000)'],
    ['--service-bus-port <port>', '(default: 5672)'],
    ['--http-port <port>', '(default: 7071)'],
    ['--data <dir>', '(default: in memory)'],
    ['--ready-file <file>', '(default: ".blobmirror/local.json")'],
    ['--no-worker', ''],
  ] as const) {
    const from = text.indexOf(option);
    expect(from, option).toBeGreaterThan(0);
    expect(text.slice(from, text.indexOf(' --', from + 1)), option).toContain(meant);
  }
});

test.each([
  ['an unknown command', ['mirror'], "unknown command 'mirror'"],
  ['an unknown option', ['start', '--storage', '1'], "unknown option '--storage'"],
  ['a port that is none', ['start', '--storage-port', 'http'], '--storage-port <port>'],
  ['a port out of range', ['start', '--http-port', '65536'], '--http-port <port>'],
  ['a negative port', ['start', '--service-bus-port=-1'], '--service-bus-port <port>'],
  ['an option without its value', ['start', '--data'], '--data <dir>'],
  ['an account that is none', ['sas', '--account', 'third'], '--account is "third"'],
  ['a ready file that is not there', ['worker', '--local=none.json'], 'there is no none.json'],
])('%s is refused with status 2 and a line that says why', async (_, args, line) => {
  const { status, stdout, stderr } = await runBlobmirror(args, { cwd: directory });
  expect(stderr).toContain(line);
  expect([status, stdout]).toEqual([2, '']);
  expect(existsSync(join(directory, '.blobmirror'))).toBe(false);
});

test.each([
  [{ BLOBMIRROR_SOURCE: '' }, 'BLOBMIRROR_SOURCE is not set'],
  [{ BLOBMIRROR_EVENTS_QUEUE: '' }, 'BLOBMIRROR_EVENTS_QUEUE is not set'],
  [{ BLOBMIRROR_RECONCILE_QUEUE: '' }, 'BLOBMIRROR_RECONCILE_QUEUE is not set'],
  [
    { BLOBMIRROR_BACKUP: SETTINGS_OUT_OF_REACH.BLOBMIRROR_SOURCE },
    'BLOBMIRROR_BACKUP names the account sourceaccount',
  ],
  [
    { BLOBMIRROR_SOURCE__blobServiceUri: 'https://x.blob.core.windows.net' },
    'BLOBMIRROR_SOURCE and BLOBMIRROR_SOURCE__blobServiceUri are both set',
  ],
  [
    { BLOBMIRROR_INCLUDE_CONTAINERS: 'a;b', BLOBMIRROR_EXCLUDE_CONTAINERS: 'b' },
    '"b" is in BLOBMIRROR_INCLUDE_CONTAINERS and in BLOBMIRROR_EXCLUDE_CONTAINERS',
  ],
  [{ BLOBMIRROR_DELETES: 'perhaps' }, 'BLOBMIRROR_DELETES is "perhaps"; it should be mirror or keep'],
  [{ BLOBMIRROR_SERVICE_BUS: 'sb' }, 'BLOBMIRROR_SERVICE_BUS is not a Service Bus connection string'],
])('a worker with the settings %o does not start, and one line names the setting', async (wrong, line) => {
  const { status, stdout, stderr } = await runBlobmirror(['worker', '--http-port', '0'], {
    env: { ...SETTINGS_OUT_OF_REACH, ...wrong },
  });
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(line)]);
  expect([status, stdout]).toEqual([2, '']);
});

test('a file that is not a ready file is refused, and the error does not show its content', async () => {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'other.json');
  await writeFile(file, JSON.stringify({ source: { accountKey: 'not to be told' } }));
  const { status, stderr } = await runBlobmirror(['worker', `--local=${file}`]);
  expect(status).toBe(2);
  expect(stderr).toContain(`${file} is not a file that "npm start" wrote`);
  expect(stderr).not.toContain('not to be told');
});

test('a worker whose accounts take connections and answer nothing says so in its log, and ends when it is asked to', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined).resume()).listen(
    0,
    '127.0.0.1',
  );
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const env = Object.fromEntries(
    Object.entries(SETTINGS_OUT_OF_REACH).map(([name, value]) => [
      name,
      value.replace('127.0.0.1:9', `127.0.0.1:${port}`),
    ]),
  );
  const worker = spawnBlobmirror(['worker', '--http-port', '0'], { env });
  onTestFinished(async () => {
    await worker.end();
    silent.close();
  });
  await waitUntil(
    'the worker says that it waits',
    () => worker.logged('the worker is still starting').length > 0,
  );
  worker.signal('SIGTERM');
  expect(await worker.ended).toBe(0);
});
