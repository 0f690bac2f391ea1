import { SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** What Azure Monitor's exporter takes the name of an operation from, where a request is no HTTP request. */
const OPERATION_NAME = 'ai.operation.name';

/** The span of a message as the exporter of Azure Monitor wants it: else it would show as a request without a name. */
export function nameOperation(span: ReadableSpan): ReadableSpan {
  if (span.kind !== SpanKind.CONSUMER) return span;
  const attributes = { ...span.attributes, [OPERATION_NAME]: span.name };
  return Object.create(span, { attributes: { value: attributes, enumerable: true } }) as ReadableSpan;
}
