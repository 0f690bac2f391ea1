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
  /** Sends what is left, within `STOP_WITHIN_MS`. */
  readonly stop: () => Promise<void>;
}

export interface TelemetryOptions {
  /** Distinguishes workers. */
  readonly worker: string;
  /** Undefined: metrics can only be read. */
  readonly monitor?: MonitorConnection | undefined;
}

const STOP_WITHIN_MS = 700;

/** Sets the global meter and tracer providers, which metrics.ts and spans.ts use. Once a process. */
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

/** Loads the code of tracing. Spans that begin earlier are not recorded. */
async function trace(resource: Resource, { spans }: Exporters, log: Logger): Promise<Tracing | undefined> {
  try {
    const { startTracing } = await import('./start-tracing.ts');
    return startTracing(resource, spans);
  } catch (error) {
    log.warn('tracing could not be started; mirroring goes on without it', { error });
    return undefined;
  }
}

class Reader extends MetricReader {
  constructor() {
    super({
      // Delta for gauges, so that values that are no longer observed are not repeated.
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE
          ? AggregationTemporality.DELTA
          : AggregationTemporality.CUMULATIVE,
    });
  }

  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}
