import type { Acknowledged, UnprotectedPage, UnprotectedRequest } from '../api/unprotected.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type HttpAnswer, type Query, answer, limitOf, parameter } from './answer.ts';

/** The keys that are not protected, over HTTP. Methods never reject. */
export interface UnprotectedHandlers {
  /** `?container=&prefix=&reason=&from=&limit=` */
  readonly list: (query: Query) => Promise<HttpAnswer>;
  readonly acknowledge: () => Promise<HttpAnswer>;
}

export function createUnprotectedHandlers(
  {
    list,
    acknowledge,
  }: {
    readonly list: (request: UnprotectedRequest) => Promise<UnprotectedPage>;
    readonly acknowledge: () => Promise<Acknowledged>;
  },
  log: Logger,
): UnprotectedHandlers {
  return {
    list: async (query) =>
      await answer(log, async () => {
        const filter = {
          container: parameter(query, 'container'),
          prefix: parameter(query, 'prefix'),
          reason: parameter(query, 'reason'),
          from: parameter(query, 'from'),
        };
        const jsonBody = await list({ ...filter, limit: limitOf(query) });
        return { status: 200, jsonBody };
      }),
    acknowledge: async () => await answer(log, async () => ({ status: 200, jsonBody: await acknowledge() })),
  };
}
