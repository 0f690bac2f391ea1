import type { StatusReader } from '../recovery/status/create-status-reader.ts';
import type { Logger } from '../telemetry/logger.ts';
import { toErrorAnswer } from './to-error-answer.ts';
import { type Reader, zipAnswer } from './zip-answer.ts';

/** An answer as HTTP functions give it. */
interface HttpAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly jsonBody?: unknown;
  readonly body?: Uint8Array | string;
}

/** How the mirror is doing, over HTTP: every method answers, whatever happens. */
export interface StatusApi {
  /** A day of samples is long, and the page asks every two seconds: compressed, it is a tenth. */
  show(reader: Reader): Promise<HttpAnswer>;
  /** 200 or 503, for whoever watches from outside: without names of blobs. */
  health(): Promise<HttpAnswer>;
}

const NOT_KEPT = { 'cache-control': 'no-store' };

export function createStatusApi({ read }: StatusReader, log: Logger): StatusApi {
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
        const { headers, body } = await zipAnswer(await read(), reader);
        return { status: 200, headers: { ...headers, ...NOT_KEPT }, body };
      }),
    health: async () =>
      await answer(async () => {
        const { health } = await read();
        return { status: health.status === 'ok' ? 200 : 503, headers: NOT_KEPT, jsonBody: health };
      }),
  };
}
