import { type AcceptingRequest, toErrorAnswer, gzipAnswer } from './answer.ts';
import type { StatusReader } from '../status/create-status-reader.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/start-telemetry.ts';

/** An answer as HTTP functions give it. */
interface HttpAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly jsonBody?: unknown;
  readonly body?: Uint8Array | string;
}

/** How the mirror is doing, over HTTP: every method answers, whatever happens. */
export interface StatusHandlers {
  /** A day of samples is long, and the page asks every two seconds: compressed, it is a tenth. */
  show(reader: AcceptingRequest): Promise<HttpAnswer>;
  /** 200 or 503, for whoever watches from outside: without names of blobs. */
  health(): Promise<HttpAnswer>;
}

const NOT_KEPT = { 'cache-control': 'no-store' };

export function createStatusHandlers({ read }: StatusReader, log: Logger): StatusHandlers {
  async function answer(act: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    try {
      return await act();
    } catch (thrown) {
      return toErrorAnswer(thrown, log);
    }
  }

  return {
    show: async (reader) =>
      await answer(async () => {
        const { headers, body } = await gzipAnswer(await read(), reader);
        return { status: 200, headers: { ...headers, ...NOT_KEPT }, body };
      }),
    health: async () =>
      await answer(async () => {
        const { health } = await read();
        return { status: health.status === 'ok' ? 200 : 503, headers: NOT_KEPT, jsonBody: health };
      }),
  };
}

interface TextAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly jsonBody?: unknown;
}

/** What this worker counted, over HTTP. */
export interface MetricsHandlers {
  show(): Promise<TextAnswer>;
}

const HEADERS = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' };
/** A reader of metrics gives up after ten seconds, and what is known is better than nothing. */
const REFRESH_WITHIN_MS = 5_000;

/** @param refresh finds out anew what gauges show */
export function createMetricsHandlers(
  telemetry: Pick<Telemetry, 'readMetrics'>,
  log: Logger,
  refresh: () => Promise<unknown> = async () => {},
): MetricsHandlers {
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
