import { inspect } from 'node:util';
import { ServiceBusClient, ServiceBusError, type ServiceBusErrorCode } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { createAzureHintQueue } from '../../src/azure/azure-hint-queue.js';
import { toQueueError } from '../../src/azure/queue-error.js';
import { startBroker } from '../../src/local/service-bus/start-broker.js';
import type { HintMessage } from '../../src/model/hint-message.js';
import { rejectionOf } from './support/answering-service.js';

describe('an error of Service Bus', () => {
  it.each<[ServiceBusErrorCode, string]>([
    ['ServiceBusy', 'queue-unavailable'],
    ['ServiceTimeout', 'queue-unavailable'],
    ['ServiceCommunicationProblem', 'queue-unavailable'],
    ['GeneralError', 'queue-unavailable'],
    ['QuotaExceeded', 'queue-full'],
    ['UnauthorizedAccess', 'queue-refused'],
    ['MessagingEntityNotFound', 'queue-refused'],
    ['MessagingEntityDisabled', 'queue-refused'],
    ['MessageSizeExceeded', 'message-too-large'],
  ])('%s is %s, and the text of the client is left out', (reason, code) => {
    const error = toQueueError(
      new ServiceBusError('Endpoint=sb://x;SharedAccessKey=secret', reason),
      'events',
    );
    expect(error).toMatchObject({ code, message: `queue events did not take a message: ${reason}` });
  });

  it('of the way to the service is the service not being there', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(toQueueError(refused, 'events').code).toBe('queue-unavailable');
    for (const name of ['OperationTimeoutError', 'AbortError', 'CredentialUnavailableError'])
      expect(toQueueError(Object.assign(new Error('x'), { name }), 'events').code).toBe('queue-unavailable');
    // The client's own words where a connection ended while it was being opened.
    expect(toQueueError(new Error('Unknown error encountered.'), 'events').code).toBe('queue-unavailable');
    const all = new AggregateError([refused], 'all attempts failed');
    expect(toQueueError(all, 'events').code).toBe('queue-unavailable');
  });

  it.each<[string, unknown]>([
    ['a stack that overflows', new RangeError('Maximum call stack size exceeded: {"password":"secret"}')],
    ['a wrong type', new TypeError('secret is not a function')],
    ['a wrong argument', Object.assign(new TypeError('secret'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['what the client says of a body that it cannot write', new Error('An error occurred: secret')],
    ['no error at all', 'secret'],
  ])('that nobody knows is no outage, and its text is left out: %s', (_what, thrown) => {
    const error = toQueueError(thrown, 'events');
    expect(error.code).toBe('unexpected');
    expect(inspect(error)).not.toContain('secret');
    const where = thrown instanceof Error ? 'queue-error.test.ts' : '';
    expect(inspect(error.cause)).toContain(where);
  });

  it('is told by the real client when there is no such queue', async () => {
    const broker = await startBroker({ port: 0, queues: [] });
    const client = new ServiceBusClient(broker.connectionString, { retryOptions: { maxRetries: 0 } });
    const queue = createAzureHintQueue(client.createSender('nowhere'));
    const error = await rejectionOf(queue.deadLetter({ messageId: 'm', event: {}, history: HISTORY }));
    await client.close();
    await broker.stop();
    expect(error).toMatchObject({ code: 'queue-refused' });
  });
});

const HISTORY = {
  root: 'm',
  attempts: 1,
  firstSeen: new Date(),
  parked: true,
} as HintMessage['history'];
