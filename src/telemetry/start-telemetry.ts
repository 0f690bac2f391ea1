/**
 * What makes the calls in metrics.ts and spans.ts count, once a process: metrics that can be read as text, and, where
 * Azure Monitor is to have them, metrics and spans on their way there.
 */
import { metrics } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  InstrumentType,
  MeterProvider,
  MetricReader,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { Logger } from './logger.ts';
import { type Exporters, type MonitorConnection, openExporters } from './open-exporters.ts';
import type { Tracing } from './start-tracing.ts';

export interface Telemetry {
  /** All metrics in the text format of Prometheus. */
  readMetrics(): Promise<string>;
  /** Sends what is left, if that takes no time. */
  readonly stop: () => Promise<void>;
}

export interface TelemetryOptions {
  /** Tells this worker from others. */
  readonly worker: string;
  /** Undefined: nothing is sent anywhere. */
  readonly monitor?: MonitorConnection | undefined;
}

const STOP_WITHIN_MS = 700;

export function startTelemetry(
  { worker, monitor }: TelemetryOptions,
  log: Logger,
  open: typeof openExporters = openExporters,
): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': 'blobmirror',
    'service.instance.id': worker,
  });
  const exporters: Exporters | undefined = monitor && open(monitor, log);
  const reader = new Reader();
  const provider = new MeterProvider({
    resource,
    readers: [
      reader,
      ...(exporters === undefined
        ? []
        : [new PeriodicExportingMetricReader({ exporter: exporters.metrics })]),
    ],
  });
  metrics.setGlobalMeterProvider(provider);
  const tracing = exporters && trace(resource, exporters, log);

  return {
    readMetrics: async () => {
      const { resourceMetrics } = await reader.collect();
      const { serializeMetrics } = await import('./serialize-metrics.ts');
      return serializeMetrics(resourceMetrics);
    },
    stop: async () => {
      await Promise.allSettled([
        provider.shutdown({ timeoutMillis: STOP_WITHIN_MS }),
        tracing?.then(async (started) => await started?.stop(STOP_WITHIN_MS)),
      ]);
    },
  };
}

/** The code for it is loaded only where spans are wanted; those that begin before it is there are not made. */
async function trace(resource: Resource, { spans }: Exporters, log: Logger): Promise<Tracing | undefined> {
  try {
    const { startTracing } = await import('./start-tracing.ts');
    return startTracing(resource, spans);
  } catch (error) {
    log.warn('tracing could not be started; mirroring goes on without', { error });
    return undefined;
  }
}

/** Metrics for whoever asks. */
class Reader extends MetricReader {
  constructor() {
    super({
      // Counts add up from the start. Of a gauge only what is seen now is told, and not what was seen before and is gone.
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE
          ? AggregationTemporality.DELTA
          : AggregationTemporality.CUMULATIVE,
    });
  }

  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}
