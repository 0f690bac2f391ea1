import type { Pauses } from '../control/pauses.ts';
import { parsePauseRequest } from '../model/parse-pause-request.ts';
import type { Pause } from '../model/pause.ts';
import { parseJsonBody } from './parse-json-body.ts';

interface PauseAnswer {
  readonly status: 200;
  readonly jsonBody: { readonly paused: Pause | null };
}

/** Pausing and resuming over HTTP. Errors are for whoever guards the actions to answer. */
export interface PauseApi {
  /** `{reason?}`. Whoever pauses what is paused is told of the pause that holds. */
  readonly pause: (body: string) => Promise<PauseAnswer>;
  readonly resume: () => Promise<PauseAnswer>;
}

export function createPauseApi({ pause, resume }: Pauses): PauseApi {
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
