import { resourceFromAttributes } from '@opentelemetry/resources';
import { describe, expect, it, vi } from 'vitest';
import { recordIgnored } from '../../src/telemetry/metrics.ts';
import { openExporters } from '../../src/telemetry/open-exporters.ts';
import { startTelemetry } from '../../src/telemetry/start-telemetry.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

// Nobody is there; the SDK's own retries and statistics would outlive the test.
const CONNECTION =
  'InstrumentationKey=00000000-1111-2222-3333-444444444444;IngestionEndpoint=https://127.0.0.1:9/';
vi.stubEnv('APPLICATION_INSIGHTS_NO_STATSBEAT', 'true');

describe('the exporters of Azure Monitor', () => {
  it('say in one line that they cannot send, and again only after they could', async () => {
    const log = createSilentLogger();
    const { metrics } = openExporters({ connectionString: 'InstrumentationKey=wrong' }, log);
    const batch = { resource: resourceFromAttributes({}), scopeMetrics: [] };
    const send = async () => await new Promise((resolve) => metrics.export(batch, resolve));
    expect(await send()).toMatchObject({ code: 1 });
    expect(await send()).toMatchObject({ code: 1 });
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        message: expect.stringContaining('Azure Monitor') as string,
        fields: { what: 'metrics' },
      },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('InstrumentationKey');
  });

  it('hold up neither the metrics that are read nor a stop', async () => {
    const log = createSilentLogger();
    const telemetry = startTelemetry({ worker: 'w', monitor: { connectionString: CONNECTION } }, log);
    recordIgnored('event-out-of-scope');
    expect(await telemetry.readMetrics()).toContain('blobmirror_ignored_total{code="event-out-of-scope"} 1');
    await telemetry.stop();
  });
});
