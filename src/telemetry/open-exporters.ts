import type { TokenCredential } from '@azure/core-auth';
import { SpanKind } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InstrumentType,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from './logger.ts';

/** Where Azure Monitor takes telemetry. */
export interface MonitorConnection {
  readonly connectionString: string;
  /** For a resource that accepts no key. */
  readonly credential?: TokenCredential | undefined;
}

export interface Exporters {
  readonly metrics: PushMetricExporter;
  readonly spans: SpanExporter;
}

/** The result of an export, with the codes of OpenTelemetry: 0 is success. */
interface Result {
  readonly code: number;
  readonly error?: Error;
}

interface Exporter<Batch> {
  export(batch: Batch, done: (result: Result) => void): unknown;
  shutdown(): Promise<void>;
}

/**
 * The exporters of Azure Monitor. Their code takes longer to load than the rest of the worker, so it is loaded at the first
 * export, seconds after the start. Telemetry that cannot be sent is logged once and lost; mirroring goes on.
 */
export function openExporters(connection: MonitorConnection, log: Logger): Exporters {
  const options = {
    connectionString: connection.connectionString,
    ...(connection.credential && { credential: connection.credential }),
  };
  const load = async () => await import('@azure/monitor-opentelemetry-exporter');
  const metrics = openLazily<ResourceMetrics>('metrics', log, async () => {
    const { AzureMonitorMetricExporter } = await load();
    return new AzureMonitorMetricExporter(options);
  });
  const spans = openLazily<ReadableSpan[]>('spans', log, async () => {
    const { AzureMonitorTraceExporter } = await load();
    return new AzureMonitorTraceExporter(options);
  });
  return {
    metrics: { ...metrics, forceFlush: async () => {}, selectAggregationTemporality: temporalityOf },
    spans: { ...spans, export: (batch, done) => spans.export(batch.map(nameOperation), done) },
  };
}

/** As in the exporter of Azure Monitor: counts since the last export. */
function temporalityOf(type: InstrumentType): AggregationTemporality {
  return type === InstrumentType.UP_DOWN_COUNTER || type === InstrumentType.OBSERVABLE_UP_DOWN_COUNTER
    ? AggregationTemporality.CUMULATIVE
    : AggregationTemporality.DELTA;
}

function openLazily<Batch>(what: string, log: Logger, open: () => Promise<Exporter<Batch>>): Exporter<Batch> {
  let opened: Promise<Exporter<Batch>> | undefined;
  let isFailing = false;

  function logFailure({ code, error }: Result): void {
    if (code !== 0 && !isFailing) {
      log.warn('telemetry could not be sent to Azure Monitor; mirroring goes on', {
        what,
        reason: error?.name ?? 'refused',
      });
    }
    isFailing = code !== 0;
  }

  return {
    export: (batch, done) => {
      const finish = (result: Result): void => {
        logFailure(result);
        done(result);
      };
      opened ??= open();
      opened.then(
        (exporter) => exporter.export(batch, finish),
        (error: unknown) => {
          opened = undefined;
          finish({ code: 1, error: error instanceof Error ? error : new Error('unknown') });
        },
      );
    },
    shutdown: async () => {
      await (await opened)?.shutdown();
    },
  };
}

/** The exporter of Azure Monitor takes the name of a request that is not HTTP from this attribute. */
const OPERATION_NAME = 'ai.operation.name';

/** The span of a message with the attribute that gives it a name in Azure Monitor. */
export function nameOperation(span: ReadableSpan): ReadableSpan {
  if (span.kind !== SpanKind.CONSUMER) return span;
  const attributes = { ...span.attributes, [OPERATION_NAME]: span.name };
  return Object.create(span, { attributes: { value: attributes, enumerable: true } }) as ReadableSpan;
}
