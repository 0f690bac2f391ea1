import { randomBytes } from 'node:crypto';
import { keepActivity } from '../activity/keep-activity.ts';
import type { Settings } from '../config/settings.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { startTelemetry } from '../telemetry/start-telemetry.ts';
import { createCredential } from './create-credential.ts';
import { createMetricsApi, type MetricsApi } from './metrics-api.ts';

/** What this worker does, as others see it. */
export interface Observation {
  readonly metrics: MetricsApi;
  /** Writes down and sends what is left, within a second. */
  readonly stop: () => Promise<void>;
}

/** Once a process, and before anything is counted. @param refresh finds out anew what gauges show */
export function observe(
  { telemetry: { monitor } }: Pick<Settings, 'telemetry'>,
  documents: DocumentStore,
  log: Logger,
  refresh?: () => Promise<unknown>,
): Observation {
  const worker = randomBytes(6).toString('hex');
  const connection = monitor && {
    connectionString: monitor.connectionString,
    credential: monitor.identity && createCredential(monitor.identity.clientId),
  };
  const telemetry = startTelemetry({ worker, monitor: connection }, log);
  const activity = keepActivity(worker, documents, log);
  return {
    metrics: createMetricsApi(telemetry, log, refresh),
    stop: async () => {
      await Promise.allSettled([telemetry.stop(), activity.stop()]);
    },
  };
}
