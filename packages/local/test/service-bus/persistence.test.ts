import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, defineQueue, QUEUE, receive, receiveOne, startTestBroker } from '../support/test-broker.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Broker, startBroker } from '../../src/service-bus/start-broker.ts';

const BROKER = fileURLToPath(new URL('../support/serve-broker.ts', import.meta.url));
/** Node flags for a process that runs the workspaces' sources. */
const FROM_SOURCES = ['--conditions=blobmirror-source'];

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'service-bus-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const logOf = (directory: string) => join(directory, `${QUEUE}.log`);

/** A broker that a test starts and stops itself, any number of times. */
async function startOn(dataDirectory: string, overrides = {}): Promise<Broker> {
  return startBroker({ port: 0, queues: [defineQueue(overrides)], dataDirectory });
}

async function bodiesIn(broker: Broker): Promise<unknown[]> {
  const client = connect(broker.connectionString);
  const messages = await client.createReceiver(QUEUE).peekMessages(1_000);
  await client.close();
  return messages.map(({ body }) => body as unknown);
}

describe('a restart on the same directory', () => {
  it('restores every message, in its state and place', async () => {
    const directory = await temporaryDirectory();
    const overrides = { duplicateDetectionWindowMs: 600_000 };
    const first = await startTestBroker(overrides, directory);
    const bodies = ['completed', 'abandoned', 'locked', 'deferred', 'dead', 'untouched'];
    await first.sender.sendMessages(
      bodies.map((body) => ({ body, messageId: body, applicationProperties: { n: 1 } })),
    );
    const [completed, abandoned, , deferred, dead] = await receive(first.receiver, 5);
    if (!completed || !abandoned || !deferred || !dead) throw new Error('messages are missing');
    await first.receiver.completeMessage(completed);
    await first.receiver.abandonMessage(abandoned, { n: 2 });
    await first.receiver.deferMessage(deferred);
    await first.receiver.deadLetterMessage(dead, {
      deadLetterReason: 'reason',
      deadLetterErrorDescription: 'why',
    });
    await first.sender.scheduleMessages({ body: 'scheduled' }, new Date(Date.now() + 600_000));
    const counts = first.broker.runtimeCounts(QUEUE);
    await first.client.close();
    await first.broker.stop();

    const { broker, sender, receiver, deadLetters } = await startTestBroker(overrides, directory);
    expect(broker.runtimeCounts(QUEUE)).toEqual(counts);
    await sender.sendMessages({ body: 'again', messageId: 'completed' });
    expect(broker.runtimeCounts(QUEUE)).toEqual(counts);
    const active = await receive(receiver, 3);
    expect(active.map(({ body, deliveryCount }) => [body as unknown, deliveryCount])).toEqual([
      ['abandoned', 1],
      ['locked', 0],
      ['untouched', 0],
    ]);
    expect(active[0]?.applicationProperties).toEqual({ n: 2 });
    expect(await receiveOne(deadLetters)).toMatchObject({
      body: 'dead',
      deadLetterReason: 'reason',
      deadLetterErrorDescription: 'why',
    });
    if (deferred.sequenceNumber === undefined) throw new Error('no sequence number');
    expect(await receiver.receiveDeferredMessages(deferred.sequenceNumber)).toMatchObject([
      { body: 'deferred' },
    ]);
    await sender.sendMessages({ body: 'new', messageId: 'new' });
    const numbers = (await receiver.peekMessages(10)).map(
      ({ sequenceNumber }) => sequenceNumber?.toNumber() ?? 0,
    );
    expect(new Set(numbers).size).toBe(numbers.length);
    // Seven messages, a duplicate that was dropped, and this one.
    expect(Math.max(...numbers)).toBe(9);
  });

  it('immediately executes what fell due meanwhile', async () => {
    const directory = await temporaryDirectory();
    const first = await startOn(directory);
    const hour = 3_600_000;
    await first.send(QUEUE, { body: 'expires', timeToLiveMs: hour });
    await first.send(QUEUE, { body: 'joins', scheduledEnqueueTime: new Date(Date.now() + hour) });
    expect(first.runtimeCounts(QUEUE)).toMatchObject({ active: 1, scheduled: 1, deadLetter: 0 });
    await first.stop();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * hour });
    onTestFinished(() => void vi.useRealTimers());
    const second = await startOn(directory);
    onTestFinished(() => second.stop());
    await waitFor(() => expect(second.runtimeCounts(QUEUE).scheduled).toBe(0));
    await waitFor(() => expect(second.runtimeCounts(QUEUE).deadLetter).toBe(1));
    expect(second.runtimeCounts(QUEUE)).toMatchObject({ total: 2, active: 1 });
  });

  it('drops a torn last record and loses nothing before it', async () => {
    const directory = await temporaryDirectory();
    for (const tear of [
      async (log: string) => truncate(log, (await stat(log)).size - 3),
      async (log: string) => {
        const bytes = await readFile(log);
        bytes.fill(0x5a, bytes.length - 20);
        await writeFile(log, bytes);
      },
    ]) {
      await rm(logOf(directory), { force: true });
      const first = await startOn(directory);
      for (const body of ['a', 'b', 'torn']) await first.send(QUEUE, { body });
      await first.stop();
      await tear(logOf(directory));
      const second = await startOn(directory);
      expect(await bodiesIn(second)).toEqual(['a', 'b']);
      await second.send(QUEUE, { body: 'c' });
      await second.stop();
      const third = await startOn(directory);
      expect(await bodiesIn(third)).toEqual(['a', 'b', 'c']);
      await third.stop();
    }
  });

  it('drops the bytes of an incomplete write', async () => {
    const directory = await temporaryDirectory();
    const first = await startOn(directory);
    await first.send(QUEUE, { body: 'a' });
    await first.stop();
    await appendFile(logOf(directory), Buffer.from([0, 0, 1]));
    const second = await startOn(directory);
    onTestFinished(() => second.stop());
    expect(await bodiesIn(second)).toEqual(['a']);
  });

  it('refuses a file that is not a log, and leaves it unchanged', async () => {
    const directory = await temporaryDirectory();
    await writeFile(logOf(directory), 'somebody wrote this');
    await expect(startOn(directory)).rejects.toThrow(/is not a queue log/);
    expect(await readFile(logOf(directory), 'utf8')).toBe('somebody wrote this');
  });
});

it('a second broker on a taken port does not touch the logs of the first', async () => {
  const directory = await temporaryDirectory();
  const { broker, client } = await startTestBroker({}, directory);
  await broker.send(QUEUE, { body: 'before' });
  const second = startBroker({ port: broker.port, queues: [defineQueue()], dataDirectory: directory });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await broker.send(QUEUE, { body: 'after' });
  await client.close();
  await broker.stop();
  const third = await startOn(directory);
  onTestFinished(() => third.stop());
  expect(await bodiesIn(third)).toEqual(['before', 'after']);
});

describe('the log', () => {
  it('does not grow with completed messages, while running and at the start', async () => {
    const directory = await temporaryDirectory();
    const { broker, client, sender } = await startTestBroker({}, directory);
    let completed = 0;
    client.createReceiver(QUEUE).subscribe(
      {
        processMessage: () => {
          completed++;
          return Promise.resolve();
        },
        processError: () => Promise.resolve(),
      },
      { maxConcurrentCalls: 16 },
    );
    const body = Buffer.alloc(200_000, 1);
    for (let i = 0; i < 60; i++) await sender.sendMessages({ body });
    await waitFor(() => expect([completed, broker.runtimeCounts(QUEUE).total]).toEqual([60, 0]));
    // 12 MB were written; the log is rewritten above 4 MB.
    expect((await stat(logOf(directory))).size).toBeLessThan(7_000_000);
    await client.close();
    await broker.stop();
    const second = await startOn(directory);
    onTestFinished(() => second.stop());
    expect((await stat(logOf(directory))).size).toBeLessThan(1_000);
  });

  it('has every acknowledged message when the process was killed during sends', async () => {
    const directory = await temporaryDirectory();
    const child = fork(BROKER, [directory], { execArgv: FROM_SOURCES });
    onTestFinished(() => void child.kill('SIGKILL'));
    const connectionString = await new Promise<string>((resolve) => {
      child.once('message', (message) => typeof message === 'string' && resolve(message));
    });
    // A send that never gets an answer fails after this time, and ends its loop, also of a machine that is busy.
    const client = connect(connectionString, { timeoutInMs: 20_000, maxRetries: 0 });
    const sender = client.createSender(QUEUE);
    const acknowledged: number[] = [];
    let next = 0;
    const sendOn = async () => {
      for (;;) {
        const body = next++;
        await sender.sendMessages({ body, messageId: String(body) });
        acknowledged.push(body);
      }
    };
    const sending = Promise.allSettled(Array.from({ length: 16 }, sendOn));
    await waitFor(() => expect(acknowledged.length).toBeGreaterThan(500));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await sending;
    await client.close();

    const { broker, receiver } = await startTestBroker({}, directory);
    const found = await receive(receiver, broker.runtimeCounts(QUEUE).total);
    const bodies = new Set(found.map(({ body }) => Number(body)));
    expect(acknowledged.filter((body) => !bodies.has(body))).toEqual([]);
    expect(bodies.size).toBe(found.length);
  });

  it('acknowledges nothing that a file size limit keeps from being written, logs it, and restarts with the rest', async () => {
    const directory = await temporaryDirectory();
    const broker = [process.execPath, ...FROM_SOURCES, BROKER, directory];
    // 64 blocks of 512 bytes: the kernel answers EFBIG after a part of the record, like ENOSPC for a full
    // disk.
    const child = spawn('sh', ['-c', 'ulimit -f 64; exec "$0" "$@"', ...broker], {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const connectionString = await new Promise<string>((resolve) => {
      child.once('message', (message) => typeof message === 'string' && resolve(message));
    });
    const client = connect(connectionString, { maxRetries: 0 });
    const sender = client.createSender(QUEUE);
    const acknowledged: number[] = [];
    const sendUntilRefused = async () => {
      for (let body = 0; ; body++) {
        const applicationProperties = { pad: 'x'.repeat(3_000) };
        await sender.sendMessages({ body, messageId: String(body), applicationProperties });
        acknowledged.push(body);
      }
    };
    await expect(sendUntilRefused()).rejects.toMatchObject({ code: 'ServiceBusy', retryable: true });
    const busy = { code: 'ServiceBusy' };
    await expect(sender.sendMessages({ body: 'again' })).rejects.toMatchObject(busy);
    await expect(sender.scheduleMessages({ body: 'later' }, new Date())).rejects.toMatchObject(busy);
    const blocked = client.createReceiver(QUEUE);
    await expect(blocked.completeMessage(await receiveOne(blocked))).rejects.toMatchObject(busy);
    await expect(blocked.peekMessages(1)).resolves.toHaveLength(1);
    expect(stderr.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([
      expect.stringMatching(/the disk has no room \(EFBIG\): .*events\.log/),
    ]);
    expect(acknowledged.length).toBeGreaterThan(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await client.close();

    const { receiver, sender: after } = await startTestBroker({}, directory);
    const found = await receive(receiver, acknowledged.length);
    expect(found.map(({ body }) => body as unknown)).toEqual(acknowledged);
    await after.sendMessages({ body: 'there is room' });
    expect(await receiveOne(receiver)).toMatchObject({ body: 'there is room' });
  });
});
