import { ServiceBusClient } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { createScope } from '../../src/model/scope.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { watchDeadLetters } from '../../src/deadletter/watch-dead-letters.ts';
import { immediately } from '../memory/schedule.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { eventOf, parked, startDeadLetterBench } from './support/dead-letter-bench.ts';

const MINUTE_MS = 60_000;
const ARRIVED = 'a dead letter arrived';

async function startWatch() {
  const bench = await startDeadLetterBench();
  const log = createSilentLogger();
  const observed: Readonly<Record<string, number>>[] = [];
  const ledger = createLedger({
    documents: bench.documents.through(immediately),
    log,
    now: () => new Date(),
  });
  const state = { isRecordAway: false };
  let asked = 0;
  return {
    ...bench,
    observed,
    state,
    recorded: async () =>
      (await ledger.refresh()).document?.keys.map(({ path, reason }) => `${path} ${reason}`) ?? [],
    asked: () => asked,
    told: () => log.lines.filter(({ message }) => message === ARRIVED).map(({ fields }) => fields['path']),
    watch: async ({ minutes = 0, answer = true } = {}) => {
      await watchDeadLetters({
        queues: bench.queues,
        documents: bench.documents.through(immediately),
        store: bench.store,
        record: async (left) => {
          if (state.isRecordAway) throw new BlobmirrorError('storage-unavailable', 'it is down');
          await ledger.record(left);
        },
        scope: createScope('sourceaccount', {
          paths: { include: [], exclude: [{ containers: '*', path: 'out/' }] },
        }),
        accountsAnswer: async () => {
          asked++;
          await Promise.resolve();
          return answer;
        },
        observe: (byCode) => observed.push(byCode),
        log,
        now: () => new Date(Date.now() + minutes * MINUTE_MS),
      });
    },
  };
}

/** A message as the mirror parks it after so many replays. */
function replayed(path: string, code: string, replays: number) {
  const message = parked(eventOf('photos', path), code);
  return {
    ...message,
    applicationProperties: {
      ...message.applicationProperties,
      'blobmirror-replays': replays,
    },
  };
}

describe('the watch over dead letters', () => {
  it('tells of each dead letter once, whoever watches, and always how many there are', async () => {
    const { watch, bury, told, observed } = await startWatch();
    await bury('events', parked(eventOf('photos', 'a'), 'storage-rejected'));
    await Promise.all([watch(), watch()]);
    expect(told()).toEqual(['a']);
    await bury('events', parked(eventOf('photos', 'b'), 'unexpected'));
    await watch();
    await watch();
    expect(told()).toEqual(['a', 'b']);
    expect(observed.at(-1)).toEqual({ 'storage-rejected': 1, unexpected: 1 });
  });

  it('tells of a message that its queue gave up on although it is older than what was told of before', async () => {
    const { watch, bury, told, store, connectionString } = await startWatch();
    const client = new ServiceBusClient(connectionString);
    await client.createSender('events').sendMessages({ body: eventOf('photos', 'given up') });
    await bury('events', parked(eventOf('photos', 'parked'), 'storage-rejected'));
    await watch();
    await store.acknowledge();
    const receiver = client.createReceiver('events');
    const [message] = await receiver.receiveMessages(1);
    if (message === undefined) throw new Error('it is not there');
    await receiver.deadLetterMessage(message, {
      deadLetterReason: 'MaxDeliveryCountExceeded',
      deadLetterErrorDescription: 'Message could not be consumed after 10 delivery attempts.',
    });
    await client.close();
    expect(await store.summary()).toMatchObject({ count: 2, acknowledged: 1 });
    await watch();
    await watch();
    expect(told()).toEqual(['parked', 'given up']);
    await store.acknowledge();
    expect(await store.summary()).toMatchObject({ count: 2, acknowledged: 2 });
  });

  it.each([
    ['Service Bus', 'MaxDeliveryCountExceeded', 'deliveries-exhausted'],
    ['another program', 'ItSaidSo', 'dead-lettered-elsewhere'],
  ])('has the keys of what %s dead-lettered on record before anybody purges it', async (_, reason, code) => {
    const { watch, bury, recorded, told, connectionString } = await startWatch();
    const client = new ServiceBusClient(connectionString);
    const sender = client.createSender('events');
    await sender.sendMessages({ body: eventOf('photos', 'lost') });
    await sender.sendMessages({ body: eventOf('photos', 'out/of-scope') });
    // Told of before, and enqueued later.
    await bury('events', parked(eventOf('photos', 'parked'), 'storage-rejected'), { body: 'poison' });
    await watch();
    const receiver = client.createReceiver('events');
    for (const message of await receiver.receiveMessages(2))
      await receiver.deadLetterMessage(message, {
        deadLetterReason: reason,
        deadLetterErrorDescription: 'of somebody',
      });
    await client.close();
    await watch();
    expect(told()).toEqual(['parked', undefined, 'lost', 'out/of-scope']);
    expect(await recorded()).toEqual(['parked storage-rejected', `lost ${code}`]);
  });

  it('tells of nothing whose keys it could not record, and records and tells it a minute later', async () => {
    const { watch, bury, recorded, told, state } = await startWatch();
    await bury('events', parked(eventOf('photos', 'a'), 'storage-rejected'));
    state.isRecordAway = true;
    await watch();
    expect([told(), await recorded()]).toEqual([[], []]);
    state.isRecordAway = false;
    await watch();
    expect([told(), await recorded()]).toEqual([['a'], ['a storage-rejected']]);
  });

  it('replays what an outage left, once the accounts answer, and nothing that a person must mend', async () => {
    const { watch, bury, counts, store, asked } = await startWatch();
    const codes = ['storage-unavailable', 'storage-rejected', 'content-mismatch', 'unexpected', 'made-up'];
    await bury('events', ...codes.map((code) => parked(eventOf('photos', code), code)), { body: 'poison' });
    await watch();
    expect([asked(), counts('events').deadLetter]).toEqual([0, 6]);
    await watch({ minutes: 6, answer: false });
    expect([asked(), counts('events').deadLetter]).toEqual([1, 6]);
    await watch({ minutes: 6 });
    expect(counts('events')).toEqual({ active: 1, deadLetter: 5 });
    const left = (await store.list({ limit: 10 })).letters.map(({ code }) => code);
    expect(left).not.toContain('storage-unavailable');
  });

  it('replays a dead letter three times at most, ever later', async () => {
    const { watch, bury, counts } = await startWatch();
    await bury(
      'events',
      ...[0, 1, 2, 3].map((replays) => replayed(`${replays}`, 'storage-unavailable', replays)),
    );
    const left: number[] = [];
    for (const minutes of [4, 6, 29, 31, 119, 121, 10_000]) {
      await watch({ minutes });
      left.push(counts('events').deadLetter);
    }
    expect(left).toEqual([4, 3, 3, 2, 2, 1, 1]);
  });
});
