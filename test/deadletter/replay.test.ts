import { ServiceBusClient } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { createDeadLetterStore, replayMessage } from '../../src/deadletter/dead-letter-store.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { createScope } from '../../src/model/scope.ts';
import { parseHistory } from '../../src/model/hint-message.ts';
import { immediately } from '../memory/schedule.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { eventOf, parked, startDeadLetterBench } from './support/dead-letter-bench.ts';

const cat = eventOf('photos', 'cat.jpg');

describe('a replay', () => {
  it('puts the event back as the head of a chain of its own, and takes the dead letter away', async () => {
    const { store, bury, counts, drain } = await startDeadLetterBench();
    await bury('events', parked(cat, 'storage-rejected', { attempts: 3 }));
    const [deadLetter] = (await store.list({ limit: 10 })).letters;
    expect(deadLetter).toMatchObject({ code: 'storage-rejected', attempts: 3, replays: 0 });

    expect(await store.replay({ ids: [deadLetter?.id ?? ''] })).toEqual({
      done: 1,
      gone: 0,
      failed: 0,
      isComplete: true,
    });
    expect(counts('events')).toEqual({ active: 1, deadLetter: 0 });
    const [message] = await drain('events');
    expect(message?.body).toEqual(cat);
    const id = String(message?.id);
    const history = parseHistory(message?.properties as Record<string, unknown>, id, new Date());
    expect(history).toMatchObject({ root: id, attempts: 0, replays: 1, parked: false, lastError: undefined });
  });

  it('finds a dead letter by every spelling of its id, and counts it once', async () => {
    const { store, bury, counts } = await startDeadLetterBench();
    await bury('events', parked(cat, 'storage-rejected'), parked(cat, 'storage-rejected'));
    const [first] = (await store.list({ limit: 10 })).letters;
    const [queue, number] = (first?.id ?? '').split(':');
    const padded = `${queue}:000${number}`;
    expect(await store.show(padded)).toMatchObject({ id: first?.id });
    expect(await store.replay({ ids: [padded, `${queue}:0${number}`] })).toMatchObject({ done: 1, gone: 0 });
    expect(counts('events')).toEqual({ active: 1, deadLetter: 1 });
  });

  it('is refused of a code that no dead letter has, as all else that selects by code is', async () => {
    const { store, bury } = await startDeadLetterBench();
    await bury('events', parked(cat, 'storage-rejected'));
    const code = 'storage-rejectd';
    const refused = {
      code: 'request-invalid',
      message: expect.stringContaining('did you mean storage-rejected?') as string,
    };
    await expect(store.replay({ code })).rejects.toMatchObject(refused);
    await expect(store.purge({ code })).rejects.toMatchObject(refused);
    await expect(store.list({ code, limit: 10 })).rejects.toMatchObject(refused);
    await expect(Array.fromAsync(store.export({ code }))).rejects.toMatchObject(refused);
    await expect(store.exportPage({ code }, undefined, { characters: 1, read: 1 })).rejects.toMatchObject(
      refused,
    );
  });

  it('sends what came, byte by byte', async () => {
    const { store, bury, drain } = await startDeadLetterBench();
    const odd = [
      Buffer.from('{"n": 12345678901234567890, "n": 1}'),
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.from(' "text" '),
    ];
    await bury('events', ...odd.map((body) => ({ body })));
    expect(await store.replay({ all: true })).toMatchObject({ done: 3, failed: 0 });
    const sent = (await drain('events')).map(({ bytes }) => bytes.toString('hex'));
    expect(sent.toSorted()).toEqual(odd.map((body) => body.toString('hex')).toSorted());
  });

  it('of one dead letter leaves the others as they were, whatever stands before it', async () => {
    const { store, bury, counts, queues } = await startDeadLetterBench();
    const events = Array.from({ length: 130 }, (_, i) => eventOf('photos', `${i}.jpg`));
    await bury('events', ...events.map((event) => parked(event, 'storage-rejected')));
    const { letters } = await store.list({ limit: 1000 });
    const wanted = letters[120];
    expect(await store.replay({ ids: [wanted?.id ?? ''] })).toMatchObject({ done: 1 });
    expect(counts('events')).toEqual({ active: 1, deadLetter: 129 });
    const left = (await store.list({ limit: 1000 })).letters;
    expect(left.map(({ id }) => id)).toEqual(letters.map(({ id }) => id).filter((id) => id !== wanted?.id));
    // Nobody holds them any more.
    let taken = 0;
    await queues.events.process(
      async () => {
        await Promise.resolve();
        return ++taken === 129 ? 'enough' : 'next';
      },
      { expected: 129, signal: new AbortController().signal },
    );
    expect(taken).toBe(129);
  });

  it('gets past dead letters for longer than their locks last, and comes to the last of them', async () => {
    const { bury, queues, counts } = await startDeadLetterBench(9000);
    const events = Array.from({ length: 2000 }, (_, i) => eventOf('photos', `${i}.jpg`));
    await bury('events', ...events.map((event) => parked(event, 'storage-rejected')));
    const seen = new Set<string>();
    const began = performance.now();
    await queues.events.process(
      async ({ message }) => {
        seen.add(message.sequenceNumber);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return seen.size === 2000 ? 'enough' : 'next';
      },
      { expected: 2000, signal: new AbortController().signal },
    );
    expect(performance.now() - began).toBeGreaterThan(9000);
    expect(seen.size).toBe(2000);
    expect(counts('events').deadLetter).toBe(2000);
  });

  it('by code, by container or by both takes those and no others', async () => {
    const { store, bury, counts } = await startDeadLetterBench();
    for (const container of ['photos', 'docs']) {
      for (const code of ['storage-rejected', 'unexpected'])
        await bury('events', parked(eventOf(container, 'a'), code), parked(eventOf(container, 'b'), code));
    }
    expect(await store.replay({ code: 'unexpected', container: 'docs' })).toMatchObject({ done: 2 });
    expect(await store.replay({ container: 'docs' })).toMatchObject({ done: 2 });
    expect(await store.replay({ code: 'unexpected' })).toMatchObject({ done: 2 });
    expect((await store.list({ limit: 10 })).letters.map(({ code, container }) => [code, container])).toEqual(
      [
        ['storage-rejected', 'photos'],
        ['storage-rejected', 'photos'],
      ],
    );
    expect(counts('events').active).toBe(6);
  });

  it('says what it would do when it is to be a dry run, and does nothing', async () => {
    const { store, bury, counts } = await startDeadLetterBench();
    await bury('events', parked(cat, 'storage-rejected'), parked(cat, 'unexpected'));
    const dryRun = { dryRun: true };
    expect(await store.replay({ code: 'unexpected' }, dryRun)).toMatchObject({ done: 1 });
    expect(await store.purge({ all: true }, dryRun)).toMatchObject({ done: 2 });
    expect(await store.replay({ ids: ['events:999'] }, dryRun)).toMatchObject({ done: 0, gone: 1 });
    expect(counts('events')).toEqual({ active: 0, deadLetter: 2 });
  });

  it('that is sent twice, since its end was not seen, is one message', async () => {
    const { store, bury, counts, queues } = await startDeadLetterBench();
    await bury('events', parked(cat, 'storage-rejected'));
    await queues.events.process(
      async ({ message, sendAgain }) => {
        await sendAgain(replayMessage(message, 'events'));
        return 'enough';
      },
      { expected: 1, signal: new AbortController().signal },
    );
    expect(counts('events')).toEqual({ active: 1, deadLetter: 1 });
    expect(await store.replay({ all: true })).toMatchObject({ done: 1 });
    expect(counts('events')).toEqual({ active: 1, deadLetter: 0 });
  });

  it('by two at once brings each event once, and each says what it did not do', async () => {
    const { store, bury, counts, drain } = await startDeadLetterBench();
    const events = Array.from({ length: 300 }, (_, i) => eventOf('photos', `${i}.jpg`));
    await bury('events', ...events.map((event) => parked(event, 'storage-rejected')));
    const [one, other] = await Promise.all([store.replay({ all: true }), store.replay({ all: true })]);
    expect(one.done + other.done).toBe(300);
    expect(one.done + one.gone + one.failed).toBe(300);
    expect(counts('events')).toEqual({ active: 300, deadLetter: 0 });
    const brought = (await drain('events')).map(({ body }) => (body as { subject: string }).subject);
    expect(new Set(brought).size).toBe(300);
  });

  it('says of a dead letter that somebody else holds that it is left, and brings the others', async () => {
    const { store, bury, counts, connectionString } = await startDeadLetterBench();
    await bury('events', ...['a', 'b', 'c'].map((path) => parked(eventOf('photos', path), 'unexpected')));
    const { letters } = await store.list({ limit: 10 });
    const client = new ServiceBusClient(connectionString);
    const [held] = await client.createReceiver('events', { subQueueType: 'deadLetter' }).receiveMessages(1);
    const ids = [...letters.map(({ id }) => id), 'events:4711'];
    expect(await store.replay({ ids })).toEqual({ done: 2, gone: 1, failed: 1, isComplete: true });
    expect((await store.list({ limit: 10 })).letters).toMatchObject([
      { id: `events:${held?.sequenceNumber?.toString()}` },
    ]);
    expect(counts('events')).toEqual({ active: 2, deadLetter: 1 });
    await client.close();
  });

  it('brings a piece of a full sync back as its message', async () => {
    const { store, bury, drain } = await startDeadLetterBench();
    const shard = {
      run: '2026-11-25T13-09-31Z-4f2a',
      shard: 'c0',
      slice: 0,
      attempt: 0,
    };
    await bury('reconcile', { body: shard });
    const [deadLetter] = (await store.list({ limit: 10 })).letters;
    expect(deadLetter).toMatchObject({
      queue: 'reconcile',
      code: 'message-expired',
      event: 'shard',
    });
    expect(await store.replay({ all: true })).toMatchObject({ done: 1 });
    expect((await drain('reconcile')).map(({ body }) => body)).toEqual([shard]);
  });

  it('that is told to stop begins no other dead letter and says that there may be more', async () => {
    const { store, bury, counts } = await startDeadLetterBench();
    await bury('events', parked(cat, 'storage-rejected'));
    const signal = AbortSignal.abort();
    expect(await store.replay({ all: true }, { signal })).toMatchObject({ done: 0, isComplete: false });
    expect(counts('events')).toEqual({ active: 0, deadLetter: 1 });
  });
});

describe('a purge', () => {
  it('takes what is meant away for good, and nothing else', async () => {
    const { store, bury, counts } = await startDeadLetterBench();
    await bury(
      'events',
      parked(cat, 'storage-rejected'),
      { body: 'poison' },
      { body: Buffer.alloc(200_000) },
    );
    expect(await store.purge({ code: 'message-not-event' })).toMatchObject({ done: 2, gone: 0, failed: 0 });
    expect(counts('events')).toEqual({ active: 0, deadLetter: 1 });
  });

  it('removes nothing before the keys of a dead letter are on record, all of them', async () => {
    const { queues, documents, bury, counts } = await startDeadLetterBench();
    const dog = eventOf('photos', 'dog');
    // Nobody knows the rest of this name, so all that begins so may be meant; nothing of it is mirrored.
    const uncertain = eventOf('photos', 'dog/\uFFFD');
    const topic = cat.topic.replace('sourceaccount', 'otheraccount');
    await bury(
      'events',
      { body: [cat, dog, uncertain, { ...eventOf('photos', 'theirs'), topic }] },
      { body: 'poison' },
    );
    const left: string[] = [];
    const state = { isAway: true };
    const store = createDeadLetterStore(queues, documents.through(immediately), createSilentLogger(), {
      record: async (all) => {
        await Promise.resolve();
        if (state.isAway) throw new BlobmirrorError('storage-unavailable', 'it is down');
        left.push(...all.map(({ container, path, reason }) => `${container}/${path} ${reason}`));
      },
      scope: createScope('sourceaccount', {
        paths: { include: [], exclude: [{ containers: 'photos', path: 'dog' }] },
      }),
    });
    await expect(store.purge({ all: true })).rejects.toMatchObject({ code: 'storage-unavailable' });
    expect(counts('events')).toEqual({ active: 0, deadLetter: 2 });
    state.isAway = false;
    expect(await store.purge({ all: true })).toMatchObject({ done: 2 });
    // What names no key is counted by its code.
    expect(left.toSorted()).toEqual(['/ message-not-event', 'photos/cat.jpg message-expired']);
  });
});
