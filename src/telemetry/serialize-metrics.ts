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
  const text = serializer.serialize(metrics);
  // The format wants an end of each line; the serializer leaves it out where there is no metric.
  return text.endsWith('\n') ? text : `${text}\n`;
}
