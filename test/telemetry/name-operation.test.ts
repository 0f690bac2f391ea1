import { SpanKind } from '@opentelemetry/api';
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, it } from 'vitest';
import { nameOperation } from '../../src/telemetry/open-exporters.ts';

const ended: ReadableSpan[] = [];
const keep: SpanProcessor = {
  onStart: () => {},
  onEnd: (span) => void ended.push(span),
  forceFlush: async () => {},
  shutdown: async () => {},
};
const tracer = new BasicTracerProvider({ spanProcessors: [keep] }).getTracer('test');

it('the span of a message has its name as that of the operation, too, and is the same otherwise', () => {
  tracer
    .startSpan('process q', {
      kind: SpanKind.CONSUMER,
      attributes: { a: 'b' },
      // A number may be taken for a time since the process began.
      startTime: new Date(1000),
    })
    .end(new Date(3500));
  const span = ended.at(-1) as ReadableSpan;
  const named = nameOperation(span);
  expect(named.attributes).toEqual({ a: 'b', 'ai.operation.name': 'process q' });
  expect(span.attributes).toEqual({ a: 'b' });
  expect([named.name, named.kind, named.duration, named.status, named.resource, named.links]).toEqual([
    span.name,
    span.kind,
    [2, 500_000_000],
    span.status,
    span.resource,
    span.links,
  ]);
  expect(named.spanContext()).toEqual(span.spanContext());
});

it.each([SpanKind.CLIENT, SpanKind.INTERNAL, SpanKind.PRODUCER])(
  'other spans go as they are (%s)',
  (kind) => {
    tracer.startSpan('PUT', { kind }).end();
    const span = ended.at(-1) as ReadableSpan;
    expect(nameOperation(span)).toBe(span);
  },
);
