import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  activeTrace,
  inProcessSpan,
  inRequestSpan,
  inSendSpan,
  inStepSpan,
} from '../../src/telemetry/spans.ts';
import { startTracing, type Tracing } from '../../src/telemetry/start-tracing.ts';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const MESSAGE = { queue: 'events', messageId: 'm', trace: TRACE };
const DONE: { readonly code: number } = { code: 0 };
const REQUEST = { method: 'GET', url: 'https://photos.blob.core.windows.net/a/b?sv=1&sig=secret' };

let spans: ReadableSpan[];
let tracing: Tracing;

beforeEach(() => {
  spans = [];
  tracing = startTracing(resourceFromAttributes({}), {
    export: (batch, report: (result: typeof DONE) => void) => {
      spans.push(...batch);
      report(DONE);
    },
    shutdown: async () => {},
  });
});
afterEach(() => {
  trace.disable();
  context.disable();
});

const flushed = async (): Promise<readonly ReadableSpan[]> => {
  await tracing.stop(5000);
  return spans;
};
const ok = async () => await Promise.resolve({ status: 200 });

it('only what is part of the work on a message is traced', async () => {
  await inRequestSpan(REQUEST, ok);
  await inSendSpan('events', 'm', async () => {});
  await inStepSpan('step', {}, ok, () => ({}));
  await inProcessSpan(MESSAGE, async () => await inRequestSpan(REQUEST, ok));
  expect((await flushed()).map(({ name }) => name)).toEqual(['GET', 'process events']);
});

it('a message goes on with its own trace, and hands it on', async () => {
  const handed = await inProcessSpan(MESSAGE, async () => await Promise.resolve(activeTrace()));
  const [span] = await flushed();
  expect(handed).toBe(`00-${TRACE.split('-')[1]}-${span?.spanContext().spanId}-01`);
});

it.each(['', 'x', TRACE.replace('00-4', '00-g'), TRACE.replace(/-0+f.*-/, '-0000000000000000-')])(
  'a message whose trace is invalid begins one: %s',
  async (given) => {
    await inProcessSpan({ ...MESSAGE, trace: given }, ok);
    const [span] = await flushed();
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.spanContext().traceId).not.toContain('4bf92f');
  },
);

it('a span that fails ends, with the code of the error, and without its text and any signature', async () => {
  const error = Object.assign(new Error('no ?sig=secret'), { code: 'ECONNRESET', statusCode: 503 });
  const failing = inProcessSpan(
    MESSAGE,
    async () => await inRequestSpan(REQUEST, async () => await Promise.reject(error)),
  );
  await expect(failing).rejects.toBe(error);
  const all = await flushed();
  expect(all.map(({ name }) => name)).toEqual(['GET', 'process events']);
  for (const { attributes, status, events } of all) {
    expect(attributes['error.type']).toBe('ECONNRESET');
    expect(status.code).toBe(SpanStatusCode.ERROR);
    expect(JSON.stringify([attributes, status, events])).not.toContain('secret');
  }
  expect(all[0]?.attributes).toMatchObject({
    'url.full': 'https://photos.blob.core.windows.net/a/b',
    'http.response.status_code': 503,
    'server.port': 443,
  });
});
