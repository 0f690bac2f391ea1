import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';

// Typed loosely: its package depends on another version of the metrics SDK, with the same shape.
const serializer: { serialize(metrics: unknown): string } = new PrometheusSerializer(
  undefined,
  false,
  undefined,
  false,
  true,
);

/** Metrics in the text format of Prometheus. Import it dynamically: most workers are never scraped. */
export function serializeMetrics(metrics: unknown): string {
  return serializer.serialize(metrics);
}
