import { type ShownKey, parseShownKey } from '../api/shown-key.ts';
import type { Key } from '../model/key.ts';
import type { Health } from '../api/status.ts';
import { waitAtMost } from '../concurrency/deadline.ts';
import { API_HEADERS, type HttpAnswer, type RequestHead, answer, jsonAnswer } from './answer.ts';
import type { BlobmirrorError } from '../model/errors.ts';
import type { StatusReader } from '../status/create-status-reader.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/start-telemetry.ts';

/** Status and health over HTTP. Methods never reject. */
export interface StatusHandlers {
  /** The page asks every two seconds, and the answer holds a day of samples: gzip makes it a tenth. */
  show(request: Pick<RequestHead, 'headers'>): Promise<HttpAnswer>;
  /** 200 or 503, for monitors. It is public, so it names no blobs, containers and secrets. */
  health(): Promise<HttpAnswer>;
}

/** Whether the process is up. */
export function live(): HttpAnswer {
  return { status: 200, headers: API_HEADERS, jsonBody: { status: 'up' } };
}

/** The health of an app whose settings are wrong. It is public: it names the settings, and not what they hold. */
export function healthOfWrongSettings({ message }: BlobmirrorError): HttpAnswer {
  const names = new Set(message.match(/\b(?:BLOBMIRROR|APPLICATIONINSIGHTS)_\w+/g));
  const named = names.size === 0 ? '' : ` (${[...names].join(', ')})`;
  const detail = `the settings are wrong${named}, so nothing is mirrored; the log of the app says what they should be`;
  const health: Health = { status: 'failing', problems: [{ code: 'settings-wrong', detail }] };
  return { status: 503, headers: API_HEADERS, jsonBody: health };
}

export function createStatusHandlers({ read }: StatusReader, log: Logger): StatusHandlers {
  return {
    show: async (request) => await answer(log, async () => await jsonAnswer(await read(), request)),
    health: async () =>
      await answer(log, async () => {
        const { health } = await read();
        const problems = health.problems.map(({ detail, publicDetail = detail, run: _run, ...problem }) => ({
          ...problem,
          detail: publicDetail,
        }));
        const jsonBody: Health = { ...health, problems };
        return { status: health.status === 'ok' ? 200 : 503, jsonBody };
      }),
  };
}

/** The metrics of this worker over HTTP. */
export interface MetricsHandlers {
  show(): Promise<HttpAnswer>;
}

const HEADERS = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
/** Prometheus gives up after ten seconds by default; older figures are better than none. */
const REFRESH_WITHIN_MS = 5_000;

/** @param refresh updates the gauges */
export function createMetricsHandlers(
  telemetry: Pick<Telemetry, 'readMetrics'>,
  log: Logger,
  refresh: () => Promise<unknown> = async () => {},
): MetricsHandlers {
  return {
    show: async () =>
      await answer(log, async () => {
        await refreshSoon(refresh, log);
        return { status: 200, headers: HEADERS, body: await telemetry.readMetrics() };
      }),
  };
}

async function refreshSoon(refresh: () => Promise<unknown>, log: Logger): Promise<void> {
  try {
    await waitAtMost(REFRESH_WITHIN_MS, refresh());
  } catch (error) {
    log.debug('the gauges could not be updated', { error });
  }
}

/** One key over HTTP. Never rejects. */
export interface ShowHandlers {
  /** `?key=CONTAINER/PATH` */
  readonly show: (query: { readonly get: (name: string) => string | null }) => Promise<HttpAnswer>;
}

export function createShowHandlers(showKey: (key: Key) => Promise<ShownKey>, log: Logger): ShowHandlers {
  return {
    show: async (query) =>
      await answer(log, async () => ({
        status: 200,
        jsonBody: await showKey(parseShownKey(query.get('key') ?? '')),
      })),
  };
}
