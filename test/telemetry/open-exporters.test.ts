import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { recordIgnored } from '../../src/telemetry/metrics.ts';
import { openExporters } from '../../src/telemetry/open-exporters.ts';
import { startTelemetry } from '../../src/telemetry/start-telemetry.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { waitFor } from '../../packages/local/test/support/wait-for.ts';

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

describe('exporters that fail', () => {
  afterEach(() => {
    vi.doUnmock('@azure/monitor-opentelemetry-exporter');
    vi.doUnmock('../../src/telemetry/start-tracing.ts');
    vi.useRealTimers();
    vi.resetModules();
  });

  const BATCH = { resource: resourceFromAttributes({}), scopeMetrics: [] };

  it('are loaded anew, are told without the text of their error, and again only after a success', async () => {
    const results: (Error | undefined)[] = [new Error('sig=secret'), undefined, new Error('sig=secret')];
    let made = 0;
    vi.doMock('@azure/monitor-opentelemetry-exporter', () => ({
      AzureMonitorMetricExporter: class {
        constructor() {
          if (made++ === 0) throw new TypeError('sig=secret');
        }
        export(_batch: unknown, done: (result: { code: number; error?: Error }) => void): void {
          const error = results.shift();
          done({ code: error === undefined ? 0 : 1, ...(error && { error }) });
        }
      },
    }));
    const log = createSilentLogger();
    const { metrics } = openExporters({ connectionString: CONNECTION }, log);
    const codes: number[] = [];
    for (let i = 0; i < 4; i++)
      codes.push(await new Promise((resolve) => metrics.export(BATCH, ({ code }) => resolve(code))));
    expect([codes, made]).toEqual([[1, 1, 0, 1], 2]);
    expect(log.lines.map(({ fields }) => fields['reason'])).toEqual(['TypeError', 'Error']);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });

  it('do not hold up a stop for longer than 700 ms, nor does tracing that cannot be started end the worker', async () => {
    vi.resetModules();
    vi.doMock('../../src/telemetry/start-tracing.ts', () => ({
      startTracing: () => {
        throw new Error('no tracing here');
      },
    }));
    const { startTelemetry: start } = await import('../../src/telemetry/start-telemetry.ts');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const log = createSilentLogger();
    const never = async (): Promise<never> => await new Promise(() => {});
    const exporter = { export: () => {}, forceFlush: never, shutdown: never };
    const telemetry = start({ worker: 'w', monitor: { connectionString: CONNECTION } }, log, () => ({
      metrics: exporter,
      spans: exporter,
    }));
    await waitFor(() => expect(log.lines).toHaveLength(1));
    expect(log.lines).toMatchObject([
      { level: 'warn', message: expect.stringContaining('tracing') as string },
    ]);
    let isStopped = false;
    void telemetry.stop().then(() => (isStopped = true));
    await vi.advanceTimersByTimeAsync(699);
    expect(isStopped).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isStopped).toBe(true);
  });
});
