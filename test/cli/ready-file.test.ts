import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { environmentOf } from '../../src/cli/environment-of.ts';
import { removeAbandoned, removeOwn } from '../../src/cli/ready-file.ts';
import { runStart } from '../../src/cli/run-start.ts';

const folder = mkdtempSync(join(tmpdir(), 'blobmirror-ready-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

let files = 0;

/** A ready file as "npm start" writes it. */
function readyFile(port: number, more: object = {}): string {
  const account = (accountName: string) => ({
    accountName,
    accountKey: 'a2V5',
    blobEndpoint: `http://127.0.0.1:${port}/${accountName}`,
    dfsEndpoint: null,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${accountName};AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:${port}/${accountName}`,
  });
  return fileOf(
    JSON.stringify({
      source: account('sourceaccount'),
      backup: account('backupaccount'),
      serviceBus: { connectionString: 'Endpoint=sb://127.0.0.1', eventsQueue: 'e', reconcileQueue: 'r' },
      http: { baseUrl: 'http://127.0.0.1:1' },
      ...more,
    }),
  );
}

function fileOf(text: string): string {
  const file = join(folder, `${files++}.json`);
  writeFileSync(file, text);
  return file;
}

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the ready file of an environment that runs', () => {
  it('stops another start, which leaves the file alone and says whose it is', async () => {
    const port = await listen();
    const file = readyFile(port, { pid: process.pid });
    const options = {
      hns: false,
      storagePort: 0,
      serviceBusPort: 0,
      httpPort: 0,
      readyFile: file,
      worker: false,
    };
    await expect(runStart(options)).rejects.toMatchObject({
      code: 'ready-file-taken',
      message: `${file} belongs to another "npm start" that runs (process ${process.pid}), at 127.0.0.1:${port}`,
    });
    expect(existsSync(file)).toBe(true);
  });

  it('is removed by its own environment alone', async () => {
    const [own, other] = [readyFile(1, { pid: process.pid }), readyFile(1, { pid: process.pid + 1 })];
    await removeOwn(own);
    await removeOwn(other);
    expect([existsSync(own), existsSync(other)]).toEqual([false, true]);
  });
});

it('the ready file of a killed environment, or a damaged one, is removed by the next start', async () => {
  const dead = 2 ** 22 + 1;
  const abandoned = [
    readyFile(await unusedPort(), { pid: process.pid }),
    readyFile(await listen(), { pid: dead }),
    fileOf('{'),
  ];
  for (const file of abandoned) await removeAbandoned(file);
  expect(abandoned.map((file) => existsSync(file))).toEqual([false, false, false]);
});

describe('the settings of a command', () => {
  it('are those of the environment that runs', async () => {
    const file = readyFile(await listen());
    expect(await environmentOf({ local: file })).toMatchObject({
      BLOBMIRROR_SOURCE: expect.stringContaining('AccountName=sourceaccount') as string,
    });
  });

  it('are missing with one line that says what to do', async () => {
    const [port, absent, broken, empty] = [
      await unusedPort(),
      join(folder, 'none'),
      fileOf('{'),
      fileOf('{}'),
    ];
    const file = readyFile(port);
    for (const [local, code, message] of [
      [absent, 'local-not-running', `there is no ${absent}`],
      [broken, 'ready-file-damaged', `${broken} is not a file that "npm start" wrote (it is no JSON)`],
      [empty, 'ready-file-damaged', `${empty} is not a file that "npm start" wrote (source: `],
      [
        file,
        'local-not-running',
        `the environment of ${file} does not answer: ECONNREFUSED at 127.0.0.1:${port}`,
      ],
    ] as const)
      await expect(environmentOf({ local })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message) as string,
      });
  });

  it('are asked for when none is set', async () => {
    for (const name of Object.keys(process.env).filter((each) => each.startsWith('BLOBMIRROR_')))
      vi.stubEnv(name, undefined);
    await expect(environmentOf({})).rejects.toMatchObject({
      code: 'setting-missing',
      message: expect.stringMatching(/^no setting is set.* --local /) as string,
    });
  });

  it('are refused with a name that is none, whether or not it protects data', async () => {
    vi.stubEnv('BLOBMIRROR_LOGLEVEL', 'debug');
    await expect(environmentOf({})).rejects.toMatchObject({
      code: 'setting-unknown',
      message: expect.stringContaining('did you mean BLOBMIRROR_LOG_LEVEL?') as string,
    });
  });
});
