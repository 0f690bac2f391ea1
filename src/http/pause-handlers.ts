import type { PauseStore } from '../pause/pause-store.ts';
import { type Pause, parsePauseRequest } from '../api/pause.ts';
import { parseJsonBody } from './answer.ts';

interface PauseAnswer {
  readonly status: 200;
  readonly jsonBody: { readonly paused: Pause | null };
}

/** Pausing and resuming over HTTP. Errors are for whoever guards the actions to answer. */
export interface PauseHandlers {
  /** `{reason?}`. Whoever pauses what is paused is told of the pause that holds. */
  readonly pause: (body: string) => Promise<PauseAnswer>;
  readonly resume: () => Promise<PauseAnswer>;
}

export function createPauseHandlers({ pause, resume }: PauseStore): PauseHandlers {
  return {
    pause: async (body) => {
      const { reason } = parsePauseRequest(parseJsonBody(body));
      const paused = await pause({ by: 'http', ...(reason !== undefined && { reason }) });
      return { status: 200, jsonBody: { paused } };
    },
    resume: async () => {
      await resume();
      return { status: 200, jsonBody: { paused: null } };
    },
  };
}
