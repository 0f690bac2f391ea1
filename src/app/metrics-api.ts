import { toErrorAnswer } from './to-error-answer.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/start-telemetry.ts';

interface TextAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly jsonBody?: unknown;
}

/** What this worker counted, over HTTP. */
export interface MetricsApi {
  show(): Promise<TextAnswer>;
}

const HEADERS = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' };
/** A reader of metrics gives up after ten seconds, and what is known is better than nothing. */
const REFRESH_WITHIN_MS = 5_000;

/** @param refresh finds out anew what gauges show */
export function createMetricsApi(
  telemetry: Pick<Telemetry, 'readMetrics'>,
  log: Logger,
  refresh: () => Promise<unknown> = async () => {},
): MetricsApi {
  return {
    show: async () => {
      try {
        await refreshSoon(refresh, log);
        return { status: 200, headers: HEADERS, body: await telemetry.readMetrics() };
      } catch (thrown) {
        return toErrorAnswer(thrown, log);
      }
    },
  };
}

async function refreshSoon(refresh: () => Promise<unknown>, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, REFRESH_WITHIN_MS);
  });
  try {
    await Promise.race([refresh(), late]);
  } catch (error) {
    log.debug('what gauges show could not be found out anew', { error });
  } finally {
    clearTimeout(timer);
  }
}
