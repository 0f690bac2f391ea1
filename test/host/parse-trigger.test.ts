import { describe, expect, it } from 'vitest';
import type { Binding, RegisteredFunction } from '../../src/host/functions-core.ts';
import { parseTrigger } from '../../src/host/parse-trigger.ts';

const SETTINGS = {
  QUEUE: 'events',
  BLANK: '',
  BUS: 'Endpoint=sb://x/',
  AzureWebJobsServiceBus: 'Endpoint=sb://y/',
};
const QUEUE = { type: 'serviceBusTrigger', connection: 'BUS', queueName: '%QUEUE%' };
const TIMER = { type: 'timerTrigger', schedule: '0 * * * * *' };
const HTTP = { type: 'httpTrigger' };

function parse(bindings: Readonly<Record<string, Binding>>, more: object = {}) {
  const metadata = { name: 'f', bindings, ...more };
  return parseTrigger({ metadata } as unknown as RegisteredFunction, SETTINGS, 'api');
}

describe('a function that Azure would run otherwise than this host is refused', () => {
  it.each([
    ['no trigger', {}, 'has no trigger'],
    ['an output', { t: QUEUE, out: { type: 'queue', direction: 'out' } }, 'has a binding of type queue'],
    ['another trigger', { t: { type: 'blobTrigger' } }, 'has a trigger of type blobTrigger'],
    ['a topic', { t: { ...QUEUE, topicName: 't' } }, 'listens to a topic'],
    ['many messages at once', { t: { ...QUEUE, cardinality: 'many' } }, 'has cardinality "many"'],
    ['sessions', { t: { ...QUEUE, isSessionsEnabled: true } }, 'uses sessions'],
    ['an SDK binding', { t: { ...QUEUE, sdkBinding: true } }, 'uses sdkBinding'],
    ['no queue', { t: { ...QUEUE, queueName: undefined } }, 'needs queueName, a string'],
    ['a blank setting', { t: { ...QUEUE, queueName: '%BLANK%' } }, 'Setting BLANK is missing'],
  ])('with %s', (_, bindings, why) => {
    expect(() => parse(bindings as Record<string, Binding>)).toThrow(why);
  });

  it('with a retry policy of a timer; that of a queue Azure ignores, too', () => {
    const retry = { retryOptions: { maxRetryCount: 3 } };
    expect(() => parse({ t: TIMER }, retry)).toThrow('function "f" has a retry policy');
    expect(parse({ t: QUEUE }, retry).type).toBe('serviceBusTrigger');
  });
});

describe('what a function leaves out', () => {
  it('of HTTP is GET and POST, and a route by its name', () => {
    const http = parse({ t: HTTP, $return: { type: 'http', direction: 'out' } });
    expect(http).toMatchObject({ methods: ['GET', 'POST'], route: { template: 'api/f' } });
  });

  it('of a queue is left to host.json, and its connection has the usual name', () => {
    expect(parse({ t: QUEUE })).toMatchObject({ queue: 'events', autoComplete: undefined, binary: false });
    expect(parse({ t: { ...QUEUE, autoCompleteMessages: false, dataType: 'binary' } })).toMatchObject({
      autoComplete: false,
      binary: true,
    });
    expect(parse({ t: { ...QUEUE, connection: '' } })).toMatchObject({
      connection: { connectionString: 'Endpoint=sb://y/' },
    });
  });

  it('of a timer is a run at the start', () => {
    expect(parse({ t: TIMER })).toMatchObject({ runOnStartup: false });
    expect(parse({ t: { ...TIMER, runOnStartup: true } })).toMatchObject({ runOnStartup: true });
  });
});
