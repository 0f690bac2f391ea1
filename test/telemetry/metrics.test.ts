import { metrics as api } from '@opentelemetry/api';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createSilentLogger } from '../support/silent-logger.ts';
import { METRICS } from '../../src/telemetry/metric-table.ts';
import {
  listenToChanges,
  observeBacklog,
  observeDeadLetters,
  observeHealth,
  observeRecovery,
  recordChange,
  recordFailedSlice,
  recordIgnored,
  recordParked,
  recordRequest,
  recordRetry,
  recordSlice,
} from '../../src/telemetry/metrics.ts';
import { startTelemetry, type Telemetry } from '../../src/telemetry/start-telemetry.ts';
import { parsePrometheus, valueOf } from './support/parse-prometheus.ts';

function recordEverything(): void {
  recordChange({ verdict: 'copied', door: 'event', container: 'photos', bytes: 5, lagMs: 1500 });
  recordChange({ verdict: 'in-sync', door: 'event', container: 'photos', lagMs: 90_000 });
  recordChange({ verdict: 'deleted', door: 'reconcile', container: 'photos' });
  recordChange({ verdict: 'copied', door: 'event', container: 'photos', bytes: 0, lagMs: -40 });
  recordRetry('storage-throttled', 'event');
  recordRetry('storage-unavailable', 'reconcile');
  recordParked('storage-rejected');
  recordIgnored('event-out-of-scope');
  for (const outcome of [
    'ok',
    'ok',
    'absent',
    'conflict',
    'refused',
    'throttled',
    'throttled',
    'throttled',
    'failed',
    'unanswered',
  ] as const)
    recordRequest('sourceaccount', outcome);
  recordSlice({ source: 10, backup: 7 }, { open: 3, done: 2 });
  recordSlice({ source: 1, backup: 1 }, { open: 2, done: 3 });
  recordFailedSlice();
}

describe('the metrics', () => {
  let telemetry: Telemetry;
  beforeEach(() => {
    api.disable();
    telemetry = startTelemetry({ worker: 'w1' }, createSilentLogger());
  });

  async function read() {
    const samples = parsePrometheus(await telemetry.readMetrics());
    return (name: string, labels = {}) => valueOf(samples, `blobmirror_${name}`, labels);
  }

  it('count every kind of thing that the rooms tell, under the few values of its attributes', async () => {
    recordEverything();
    const of = await read();
    expect(of('changes_total', { verdict: 'copied', door: 'event' })).toBe(2);
    expect(of('changes_total')).toBe(4);
    expect(of('bytes_total')).toBe(5);
    expect([of('lag_count'), of('lag_sum'), of('lag_bucket', { le: '1' })]).toEqual([2, 1.5, 1]);
    expect(of('retries_total', { code: 'storage-throttled', door: 'event' })).toBe(1);
    expect(of('retries_total')).toBe(2);
    expect(of('parked_total', { code: 'storage-rejected' })).toBe(1);
    expect(of('ignored_total', { code: 'event-out-of-scope' })).toBe(1);
    expect(of('requests_total', { account: 'sourceaccount', outcome: 'ok' })).toBe(2);
    expect(of('requests_total')).toBe(10);
    expect(of('throttles_total', { account: 'sourceaccount' })).toBe(3);
    expect(of('reconcile_slices_total', { outcome: 'recorded' })).toBe(2);
    expect(of('reconcile_slices_total', { outcome: 'failed' })).toBe(1);
    expect([
      of('reconcile_listed_total', { side: 'source' }),
      of('reconcile_listed_total', { side: 'backup' }),
    ]).toEqual([11, 8]);
    expect([of('reconcile_shards', { state: 'open' }), of('reconcile_shards', { state: 'done' })]).toEqual([
      2, 3,
    ]);
  });

  it('do not count what was recorded before there was anybody to count', async () => {
    api.disable();
    recordEverything();
    telemetry = startTelemetry({ worker: 'w2' }, createSilentLogger());
    expect((await read())('changes_total')).toBe(0);
    recordEverything();
    expect((await read())('changes_total')).toBe(4);
  });

  it('tell how old the recovery point is now, not when it was found out', async () => {
    observeRecovery({
      provenAgeMs: 3_600_000,
      liveAgeMs: 2000,
      canaryAgeMs: 1100,
    });
    const of = await read();
    expect(of('recovery_proven_age')).toBeGreaterThanOrEqual(3600);
    expect(of('recovery_proven_age')).toBeLessThan(2 * 3600);
    expect(of('recovery_live_age')).toBeGreaterThanOrEqual(2);
    expect(of('recovery_canary_age')).toBe(1.1);
  });

  it('tell nothing of what is not known', async () => {
    observeRecovery({ provenAgeMs: 0 });
    expect(await telemetry.readMetrics()).not.toMatch(/recovery_(live|canary)_age/);
    expect(await telemetry.readMetrics()).toMatch(/recovery_proven_age/);
    observeRecovery({ liveAgeMs: 0 });
    expect(await telemetry.readMetrics()).not.toMatch(/recovery_proven_age/);
  });

  it('tell ages that grow with time, and for ten minutes only: another worker may tell them by then', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    observeRecovery({ provenAgeMs: 1000, liveAgeMs: 2000, canaryAgeMs: 3000 });
    vi.advanceTimersByTime(600_000);
    const of = await read();
    expect(of('recovery_proven_age')).toBe(601);
    expect(of('recovery_live_age')).toBe(602);
    expect(of('recovery_canary_age')).toBe(3);
    vi.advanceTimersByTime(1);
    const late = await telemetry.readMetrics();
    vi.useRealTimers();
    expect(late).not.toMatch(/recovery_/);
  });

  it('are told to listeners until those are removed, failures as well', () => {
    const heard: string[] = [];
    const remove = listenToChanges({
      changed: ({ verdict }) => heard.push(verdict),
      failed: () => heard.push('failed'),
    });
    recordChange({ verdict: 'in-sync', door: 'retry', container: 'photos' });
    recordRetry('storage-throttled', 'event');
    recordParked('storage-rejected');
    recordIgnored('event-out-of-scope');
    expect(heard).toEqual(['in-sync', 'failed', 'failed']);
    remove();
    recordChange({ verdict: 'in-sync', door: 'retry', container: 'photos' });
    recordParked('storage-rejected');
    expect(heard).toHaveLength(3);
  });

  it('tell what waits by its age, and what is dead by its code', async () => {
    observeBacklog([
      { bucket: '0-5 min', messages: 3, bytes: 300 },
      { bucket: '5-10 min', messages: 0, bytes: 0 },
    ]);
    observeDeadLetters({ 'storage-rejected': 4, 'message-not-event': 1 });
    const of = await read();
    expect(of('backlog_messages', { age: '0-5 min' })).toBe(3);
    expect(of('backlog_size', { age: '0-5 min' })).toBe(300);
    expect(of('dead_letters', { code: 'storage-rejected' })).toBe(4);
  });

  it('tell no dead letters from an unknown number of them', async () => {
    observeDeadLetters({});
    expect((await read())('dead_letters', { code: 'other' })).toBe(0);
    observeDeadLetters(undefined);
    expect(await telemetry.readMetrics()).not.toMatch(/^blobmirror_dead_letters/m);
  });

  it('tell each problem of health while it is there', async () => {
    observeHealth([{ code: 'guard-alerts' }, { code: 'foreign-blobs', severity: 'warning' }]);
    const of = await read();
    expect(of('health_problems', { code: 'guard-alerts', severity: 'failing' })).toBe(1);
    expect(of('health_problems', { code: 'foreign-blobs', severity: 'warning' })).toBe(1);
    observeHealth([{ code: 'foreign-blobs', severity: 'warning' }]);
    expect(await telemetry.readMetrics()).not.toMatch(/guard-alerts/);
  });

  it('have few values for every attribute, whatever is in a dead letter', async () => {
    const codes = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`code-${i}`, 500 - i]));
    observeDeadLetters({ ...codes, 'photos/cat "of" mine.jpg': 900, other: 1 });
    const text = await telemetry.readMetrics();
    const letters = parsePrometheus(text).filter(({ name }) => name === 'blobmirror_dead_letters');
    expect(letters).toHaveLength(41);
    const total = Object.values(codes).reduce((sum, count) => sum + count, 901);
    expect(valueOf(letters, 'blobmirror_dead_letters')).toBe(total);
    expect(text).not.toMatch(/photos|mine/);
  });

  it('are those of the table, with its attributes and no others', async () => {
    recordEverything();
    observeRecovery({ provenAgeMs: 0, liveAgeMs: 0, canaryAgeMs: 1 });
    observeBacklog([{ bucket: '0-5 min', messages: 3, bytes: 300 }]);
    observeDeadLetters({ 'storage-rejected': 4 });
    observeHealth([{ code: 'guard-alerts' }]);
    const text = await telemetry.readMetrics();
    const told = [...text.matchAll(/^# TYPE (blobmirror_\w+) (\w+)$/gm)].map(
      ([, name, kind]) => `${name} ${kind}`,
    );
    const table = Object.values(METRICS).map(
      ({ name, kind }) => `${name.replaceAll('.', '_')}${kind === 'counter' ? '_total' : ''} ${kind}`,
    );
    expect(told.toSorted()).toEqual(table.toSorted());
    for (const { name, labels } of parsePrometheus(text)) {
      const metric = Object.values(METRICS).find((each) => name.startsWith(each.name.replaceAll('.', '_')));
      const allowed: readonly string[] = metric?.attributes ?? ['service_name', 'service_instance_id'];
      expect(Object.keys(labels).filter((label) => label !== 'le' && !allowed.includes(label))).toEqual([]);
    }
  });
});
