import type { PauseStore } from '../pause/pause-store.ts';
import { parsePauseRequest } from '../api/pause.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type HttpAnswer, answer, parseJsonBody } from './answer.ts';

/** Pausing and resuming over HTTP. Methods never reject. */
export interface PauseHandlers {
  /** Body: `{reason?}`. The answer is the pause that holds: the earlier one where mirroring was paused already. */
  readonly pause: (body: string) => Promise<HttpAnswer>;
  readonly resume: () => Promise<HttpAnswer>;
}

export function createPauseHandlers({ pause, resume }: PauseStore, log: Logger): PauseHandlers {
  return {
    pause: async (body) =>
      await answer(log, async () => {
        const { reason } = parsePauseRequest(parseJsonBody(body));
        const paused = await pause({ by: 'http', ...(reason !== undefined && { reason }) });
        return { status: 200, jsonBody: { paused } };
      }),
    resume: async () =>
      await answer(log, async () => {
        await resume();
        return { status: 200, jsonBody: { paused: null } };
      }),
  };
}
