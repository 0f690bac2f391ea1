import { expect, it } from 'vitest';
import { startTelemetry } from '../../src/telemetry/start-telemetry.ts';
import { bench, letter } from '../status/support/status-bench.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { parsePrometheus } from './support/parse-prometheus.ts';

it('what a status cannot read has no number in the metrics: unknown is not zero', async () => {
  const { open, state } = bench();
  state.letters = [letter(1)];
  const telemetry = startTelemetry({ worker: 'w1' }, createSilentLogger());
  const told = async () => {
    await open()();
    const samples = parsePrometheus(await telemetry.readMetrics());
    return ['backlog_messages', 'dead_letters'].filter((what) =>
      samples.some(({ name }) => name.startsWith(`blobmirror_${what}`)),
    );
  };
  expect(await told()).toEqual(['backlog_messages', 'dead_letters']);
  state.areEventsAway = true;
  expect(await told()).toEqual(['dead_letters']);
  Object.assign(state, { areEventsAway: false, areLettersAway: true });
  expect(await told()).toEqual(['backlog_messages']);
  await telemetry.stop();
});
