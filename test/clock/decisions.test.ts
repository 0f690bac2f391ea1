import type { ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAzureHintQueue, createAzureShardQueue } from '../../src/azure/queue/queue-senders.ts';
import { connectAccount } from '../../src/azure/account/connect-account.ts';
import { createCopySources } from '../../src/azure/copy/copy-source.ts';
import { theQueueClock, theServiceClock } from '../../src/clock/observed-clock.ts';
import { createPauseStore } from '../../src/pause/pause-store.ts';
import { fromTrigger } from '../../src/intake/incoming-message.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { parseHistory } from '../../src/model/hint-message.ts';
import { parseKey } from '../../src/model/key.ts';
import type { RunId } from '../../src/model/run-id.ts';
import { type ShardMessage } from '../../src/model/shard-message.ts';

/** The clock of a machine that is this far ahead. */
function shiftedDate(ahead: number): typeof Date {
  const TrueDate = Date;
  const now = (): number => TrueDate.now() + ahead;
  return new Proxy(TrueDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, name, receiver) =>
      name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown),
  });
}

const HOUR = 3_600_000;
const SLACK_MS = 5000;

const [startedAt, startedSteady] = [Date.now(), performance.now()];
const trueTime = (): number => startedAt + performance.now() - startedSteady;

/** The true time passes normally; the machine's clock, as all code in the process sees it, is off. */
describe.each([2 * HOUR, -2 * HOUR])('with a clock that is %d ms ahead', (ahead) => {
  const sent: ServiceBusMessage[] = [];
  const sender = {
    entityPath: 'q',
    sendMessages: async (message: ServiceBusMessage) => {
      await Promise.resolve();
      sent.push(message);
    },
  } as unknown as ServiceBusSender;

  beforeAll(() => {
    vi.stubGlobal('Date', shiftedDate(ahead));
    const headers = new Map([
      ['date', new Date(trueTime()).toUTCString()],
      ['x-ms-request-id', 'r'],
    ]);
    for (let i = 0; i < 2; i++) theServiceClock.observe('source', headers, performance.now());
    // Whatever arrived in this process before, in the tests of another file.
    theQueueClock.observeArrival(new Date(trueTime()));
  });
  let began = 0;
  beforeEach(() => {
    sent.length = 0;
    began = trueTime();
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });

  const expectDue = (time: Date | undefined, delayMs: number): void => {
    const from = (time?.getTime() ?? 0) - delayMs;
    expect(from).toBeGreaterThan(began - SLACK_MS);
    expect(from).toBeLessThan(trueTime() + SLACK_MS);
  };

  it('a delayed message comes after its delay', async () => {
    const history = parseHistory({}, 'm', new Date(trueTime()));
    await createAzureHintQueue(sender).sendLater({ messageId: 'm', event: {}, history }, 30_000);
    expectDue(sent[0]?.scheduledEnqueueTimeUtc, 30_000);
  });

  it('so does a shard', async () => {
    const message: ShardMessage = {
      run: '2026-11-25T13-09-31Z-4f2a' as RunId,
      shard: 'c0',
      slice: 0,
      attempt: 1,
    };
    await createAzureShardQueue(sender).send(message, 60_000);
    expectDue(sent[0]?.scheduledEnqueueTimeUtc, 60_000);
  });

  it('a signature is valid now', async () => {
    const account = connectAccount({
      connectionString: `DefaultEndpointsProtocol=https;AccountName=photos;AccountKey=${btoa('key')};EndpointSuffix=core.windows.net`,
    });
    const { url } = await createCopySources(account).grant(parseKey('photos', 'a'));
    const query = new URL(url).searchParams;
    // By our own clock as well, which may be the correct one.
    expectDue(new Date(query.get('st') ?? ''), Math.min(ahead, 0) - 300_000);
    expectDue(new Date(query.get('se') ?? ''), Math.max(ahead, 0) + HOUR);
  });

  it("a pause begins and ends at the service's time", async () => {
    const documents = new MemoryDocuments().through(immediately);
    const pauses = createPauseStore(documents);
    expectDue(new Date((await pauses.pause({ by: 'test' })).since), 0);
    await pauses.resume();
    expectDue(new Date((await pauses.read()).ended[0]?.until ?? ''), 0);
  });

  it('a message without a time counts as arrived now', () => {
    expect(Math.abs(Date.now() - trueTime())).toBeGreaterThan(HOUR);
    expectDue(fromTrigger({}, { invocationId: 'i' }).enqueuedTime, 0);
  });
});
