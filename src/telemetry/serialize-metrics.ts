import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';

// Its package brings metrics of another version, which are of the same shape.
const serializer: { serialize(metrics: unknown): string } = new PrometheusSerializer(
  undefined,
  false,
  undefined,
  false,
  true,
);

/** Metrics in the text format of Prometheus. To be loaded by whoever asks first: many workers are never asked. */
export function serializeMetrics(metrics: unknown): string {
  return serializer.serialize(metrics);
}
