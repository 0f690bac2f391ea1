import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ServiceBusClient, ServiceBusError, type ServiceBusErrorCode } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { startBroker } from '@blobmirror/local';
import { createAzureHintQueue } from '../../../src/azure/queue/queue-senders.ts';
import { CONNECTION_ERROR_TEXTS, toQueueError } from '../../../src/azure/queue/queue-error.ts';
import type { HintMessage } from '../../../src/model/hint-message.ts';
import { rejectionOf } from '../support/answering-service.ts';

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

  it('of the connection means that the service is unavailable', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(toQueueError(refused, 'events').code).toBe('queue-unavailable');
    for (const name of ['OperationTimeoutError', 'AbortError', 'CredentialUnavailableError'])
      expect(toQueueError(Object.assign(new Error('x'), { name }), 'events').code).toBe('queue-unavailable');
    const all = new AggregateError([refused], 'all attempts failed');
    expect(toQueueError(all, 'events').code).toBe('queue-unavailable');
  });

  it('of a refused connection names the host and port, and nothing else of the text', async () => {
    const broker = await startBroker({ port: 0, queues: [] });
    await broker.stop();
    const client = new ServiceBusClient(broker.connectionString, { retryOptions: { maxRetries: 0 } });
    const error = await rejectionOf(client.createReceiver('events').peekMessages(1));
    await client.close();
    expect(toQueueError(error, 'events', 'let no message be received').message).toMatch(
      /^queue events let no message be received: ECONNREFUSED at 127\.0\.0\.1:\d+$/,
    );
  });

  it('is recognised by its text where the client throws a plain error', async () => {
    const texts = await plainErrorsOfTheClient();
    const unknown = texts.filter(
      (text) => toQueueError(new Error(text), 'events').code !== 'queue-unavailable',
    );
    expect(unknown).toEqual(NOT_ON_THE_WAY);
    for (const known of CONNECTION_ERROR_TEXTS)
      expect(texts.filter((text) => known.test(text))).not.toEqual([]);
  });

  it.each<[string, unknown]>([
    ['a stack that overflows', new RangeError('Maximum call stack size exceeded: {"password":"secret"}')],
    ['a wrong type', new TypeError('secret is not a function')],
    ['a wrong argument', Object.assign(new TypeError('secret'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['what the client says of a body that it cannot write', new Error('An error occurred: secret')],
    ['no error at all', 'secret'],
  ])('that is unknown is not an outage, and its text is left out: %s', (_what, thrown) => {
    const error = toQueueError(thrown, 'events');
    expect(error.code).toBe('unexpected');
    expect(inspect(error)).not.toContain('secret');
    const where = thrown instanceof Error ? 'queue-error.test.ts' : '';
    expect(inspect(error.cause)).toContain(where);
  });

  it('is reported by the real client when there is no such queue', async () => {
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

/** Texts of programming errors, and of connection strings. */
const NOT_ON_THE_WAY: readonly string[] = [
  'Please provide sender options.',
  'Please provide receiver options.',
  'The user-agent string cannot be more than x characters in length.',
  'Connection string malformed: each part of the connection string must have an `=` assignment.',
  'Connection string malformed: missing key for assignment',
];

/**
 * The texts of `Error('…')` in the sources of the packages below @azure/service-bus, with x in place of each
 * value.
 */
async function plainErrorsOfTheClient(): Promise<string[]> {
  const files = ['rhea-promise/dist/lib/connection.js', '@azure/core-amqp/dist/esm/**/*.js'].flatMap((glob) =>
    globSync(join('node_modules', glob)),
  );
  const texts = files.map(async (file) => {
    const source = await readFile(file, 'utf8');
    const thrown = [...source.matchAll(/(?<![\w.])Error\(\s*(\w+|(["'`])(?:(?!\2).)*\2)/gs)];
    const written = thrown.map(([, text = '']) =>
      /^\w+$/.test(text) ? (new RegExp(`const ${text} = (["'\`].*["'\`]);`).exec(source)?.[1] ?? text) : text,
    );
    return written
      .filter((text) => text !== 'String')
      .map((text) => text.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'x').replaceAll(/^["'`]|["'`]$/g, ''));
  });
  return (await Promise.all(texts)).flat();
}
