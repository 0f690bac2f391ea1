/**
 * Spans by the semantic conventions of OpenTelemetry for messaging and HTTP: one trace from the event to its write.
 * Without a provider they do nothing. They hold names and paths but no query of a URL, which may hold a signature.
 */
import {
  type Attributes,
  context,
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/** A message in process. */
export interface ProcessedMessage {
  readonly queue: string;
  readonly messageId?: string;
  readonly deliveryCount?: number;
  readonly enqueuedTime?: Date;
  /** Its traceparent. */
  readonly trace?: string | undefined;
}

/** A span around the work on a message, in the trace of the message. Spans inside `work` are its children. */
export async function inProcessSpan<Result>(
  message: ProcessedMessage,
  work: () => Promise<Result>,
): Promise<Result> {
  const { messageId, deliveryCount, enqueuedTime } = message;
  const span = startMessageSpan('process', SpanKind.CONSUMER, message.queue, toContext(message.trace), {
    ...(messageId !== undefined && { 'messaging.message.id': messageId }),
    ...(deliveryCount !== undefined && { 'messaging.servicebus.message.delivery_count': deliveryCount }),
    ...(enqueuedTime !== undefined && {
      'messaging.servicebus.message.enqueued_time': Math.floor(enqueuedTime.getTime() / 1000),
    }),
  });
  return await runIn(span, work);
}

/** The same without children, for work of too many requests to trace each. */
export async function besideProcessSpan<Result>(
  message: ProcessedMessage,
  work: () => Promise<Result>,
): Promise<Result> {
  const span = startMessageSpan('process', SpanKind.CONSUMER, message.queue, ROOT_CONTEXT, {});
  return await endAfter(span, work);
}

/** A span around sending a message. */
export async function inSendSpan(queue: string, messageId: string, send: () => Promise<void>): Promise<void> {
  if (!isTraced()) {
    await send();
    return;
  }
  const attributes = { 'messaging.message.id': messageId };
  await runIn(startMessageSpan('send', SpanKind.PRODUCER, queue, context.active(), attributes), send);
}

/** A span around a step of the work on a message. `describe` gives the attributes of its result. */
export async function inStepSpan<Result>(
  name: string,
  about: Attributes,
  work: () => Promise<Result>,
  describe: (result: Result) => Attributes,
): Promise<Result> {
  if (!isTraced()) return await work();
  const span = tracer().startSpan(name, { attributes: about });
  return await runIn(span, async () => {
    const result = await work();
    span.setAttributes(describe(result));
    return result;
  });
}

/** A span around a request to a storage account, when it is part of the work on a message. */
export async function inRequestSpan<Response extends { readonly status: number }>(
  { method, url }: { readonly method: string; readonly url: string },
  send: () => Promise<Response>,
): Promise<Response> {
  if (!isTraced()) return await send();
  const { origin, pathname, hostname, port, protocol } = new URL(url);
  const span = tracer().startSpan(method, {
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': method,
      'url.full': `${origin}${pathname}`,
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    },
  });
  return await endAfter(span, async () => {
    try {
      const response = await send();
      span.setAttribute('http.response.status_code', response.status);
      return response;
    } catch (error) {
      const { statusCode } = error as { readonly statusCode?: unknown };
      if (typeof statusCode === 'number') span.setAttribute('http.response.status_code', statusCode);
      throw error;
    }
  });
}

/** Records the failure of an event on the span of its message. */
export function tellFailure(code: string, outcome: 'retried' | 'dead-lettered'): void {
  const span = trace.getActiveSpan();
  span?.setAttributes({ 'error.type': code, 'blobmirror.outcome': outcome });
  span?.setStatus({ code: SpanStatusCode.ERROR });
}

/** The traceparent of the active span. Undefined without one. */
export function activeTrace(): string | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  if (active === undefined || !isSpanContextValid(active)) return undefined;
  const { traceId, spanId, traceFlags } = active;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

function tracer() {
  return trace.getTracer('blobmirror');
}

function isTraced(): boolean {
  return trace.getActiveSpan()?.isRecording() === true;
}

function startMessageSpan(
  operation: 'process' | 'send',
  kind: SpanKind,
  queue: string,
  parent: Context,
  attributes: Attributes,
): Span {
  const common = {
    'messaging.system': 'servicebus',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': queue,
  };
  return tracer().startSpan(
    `${operation} ${queue}`,
    { kind, attributes: { ...common, ...attributes } },
    parent,
  );
}

async function runIn<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  return await context.with(trace.setSpan(context.active(), span), async () => await endAfter(span, work));
}

async function endAfter<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    span.setAttribute('error.type', errorType(error));
    // Without the text of the error, which may hold a secret.
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** The code of the error, ours or that of the service or the network, or its class. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The context of a traceparent; a new trace when it is invalid. */
function toContext(traceparent: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(remote) ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}
