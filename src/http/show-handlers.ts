import { type ShownKey, parseShownKey } from '../api/shown-key.ts';
import type { Key } from '../model/key.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type HttpAnswer, answer } from './answer.ts';

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
