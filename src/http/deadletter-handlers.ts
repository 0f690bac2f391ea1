import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import type { DeadLetterStore } from '../deadletter/dead-letter-store.ts';
import type { ProcessedDeadLetters } from '../api/dead-letter.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type DeadLetterRequest, parseDeadLetterRequest } from '../api/dead-letter-request.ts';
import type { Logger } from '../telemetry/logger.ts';
import {
  type HttpAnswer,
  type Query,
  answer,
  limitOf,
  linesAnswer,
  parameter,
  parseJsonBody,
} from './answer.ts';

/** Dead letters over HTTP. Methods never reject. Ids and bodies are unchecked input. */
export interface DeadLetterHandlers {
  /** `?code=&container=&from=&limit=` */
  readonly list: (query: Query) => Promise<HttpAnswer>;
  readonly summary: () => Promise<HttpAnswer>;
  readonly show: (id: string | undefined) => Promise<HttpAnswer>;
  /** `?code=&container=&from=`. The body is lines of JSON, a page of them. */
  readonly export: (query: Query) => Promise<HttpAnswer>;
  readonly replay: (body: string) => Promise<HttpAnswer>;
  readonly purge: (body: string) => Promise<HttpAnswer>;
  readonly acknowledge: () => Promise<HttpAnswer>;
}

/** No new batch is begun after this; it leaves the last one time until `functionTimeout` of host.json. */
const PROCESS_WITHIN_MS = TIME_BUDGETS.deadLetterRequest;

export function createDeadLetterHandlers(store: DeadLetterStore, log: Logger): DeadLetterHandlers {
  async function process(
    { choice, dryRun }: DeadLetterRequest,
    act: DeadLetterStore['replay'],
    toBody: (processed: ProcessedDeadLetters) => object,
  ): Promise<HttpAnswer> {
    const processed = await act(choice, { dryRun, signal: AbortSignal.timeout(PROCESS_WITHIN_MS) });
    return { status: 200, jsonBody: { ...toBody(processed), ...(dryRun && { dryRun }) } };
  }

  return {
    list: async (query) =>
      await answer(log, async () => {
        const from = parameter(query, 'from');
        const request = { ...filterOf(query), from, limit: limitOf(query) };
        return { status: 200, jsonBody: await store.list(request) };
      }),

    summary: async () => await answer(log, async () => ({ status: 200, jsonBody: await store.summary() })),

    show: async (id) =>
      await answer(log, async () => ({ status: 200, jsonBody: await store.show(id ?? '') })),

    export: async (query) =>
      await answer(log, async () => {
        const filter = filterOf(query);
        return linesAnswer(await store.exportPage(filter, parameter(query, 'from')), filter);
      }),

    replay: async (body) =>
      await answer(
        log,
        async () =>
          await process(parseDeadLetterRequest(parseJsonBody(body)), store.replay, ({ done, ...rest }) => ({
            replayed: done,
            ...rest,
          })),
      ),

    purge: async (body) =>
      await answer(log, async () => {
        const request = parseDeadLetterRequest(parseJsonBody(body));
        if (!request.confirm && !request.dryRun)
          throw new BlobmirrorError(
            'request-invalid',
            'a purge cannot be undone; send "confirm": true to purge, or "dryRun": true to count',
          );
        return await process(request, store.purge, ({ done, ...rest }) => ({ purged: done, ...rest }));
      }),

    acknowledge: async () =>
      await answer(log, async () => {
        const { until } = await store.acknowledge();
        return { status: 200, jsonBody: { until } };
      }),
  };
}

/** Codes of ours and reasons of Service Bus. */
const CODE = /^[A-Za-z][A-Za-z-]{0,79}$/;

/**
 * In Azure a request may carry the function key as `code`, too. It is not taken for a filter, which would match nothing
 * and look as if all were well.
 */
function filterOf(query: Query): { code: string | undefined; container: string | undefined } {
  const code = parameter(query, 'code');
  if (code !== undefined && !CODE.test(code))
    throw new BlobmirrorError(
      'request-invalid',
      'code is no error code; it should have letters and hyphens only. Send the function key as the header x-functions-key',
    );
  return { code, container: parameter(query, 'container') };
}
