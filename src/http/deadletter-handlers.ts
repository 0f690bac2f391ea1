import type { ReadableStream } from 'node:stream/web';
import type { DeadLetterStore } from '../deadletter/dead-letter-store.ts';
import type { ProcessedDeadLetters } from '../api/dead-letter.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type DeadLetterRequest, parseDeadLetterRequest } from '../api/dead-letter-request.ts';
import type { Logger } from '../telemetry/logger.ts';
import { parseJsonBody, streamLines, toErrorAnswer } from './answer.ts';

/** An answer as HTTP functions give it. */
interface HttpAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly jsonBody?: unknown;
  readonly body?: ReadableStream<Uint8Array>;
}

/** What follows the question mark of an address. */
interface Query {
  readonly get: (name: string) => string | null;
}

/** Dead letters over HTTP: every method answers, whatever happens. Ids and bodies are as they come. */
export interface DeadLetterHandlers {
  /** `?code=&container=&from=&limit=` */
  readonly list: (query: Query) => Promise<HttpAnswer>;
  readonly summary: () => Promise<HttpAnswer>;
  readonly show: (id: string | undefined) => Promise<HttpAnswer>;
  /** `?code=&container=`; lines of JSON, as they are read. */
  readonly export: (query: Query) => Promise<HttpAnswer>;
  readonly replay: (body: string) => Promise<HttpAnswer>;
  readonly purge: (body: string) => Promise<HttpAnswer>;
  readonly acknowledge: () => Promise<HttpAnswer>;
}

const LIMIT = { otherwise: 100, most: 1000 } as const;
/** What is begun then has its minute until a function is ended. */
const TAKING_MS = 180_000;

export function createDeadLetterHandlers(box: DeadLetterStore, log: Logger): DeadLetterHandlers {
  async function answer(act: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    try {
      return await act();
    } catch (thrown) {
      return toErrorAnswer(thrown, log);
    }
  }

  async function take(
    { choice, dryRun }: DeadLetterRequest,
    act: DeadLetterStore['replay'],
    toBody: (done: ProcessedDeadLetters) => object,
  ): Promise<HttpAnswer> {
    const done = await act(choice, { dryRun, signal: AbortSignal.timeout(TAKING_MS) });
    return { status: 200, jsonBody: { ...toBody(done), ...(dryRun && { dryRun }) } };
  }

  return {
    list: async (query) =>
      await answer(async () => {
        const from = textIn(query, 'from');
        const request = { ...narrowedBy(query), from, limit: limitIn(query) };
        return { status: 200, jsonBody: await box.list(request) };
      }),

    summary: async () => await answer(async () => ({ status: 200, jsonBody: await box.summary() })),

    show: async (id) => await answer(async () => ({ status: 200, jsonBody: await box.show(id ?? '') })),

    export: async (query) =>
      await answer(async () => ({
        status: 200,
        headers: { 'content-type': 'application/x-ndjson' },
        body: await streamLines(box.export(narrowedBy(query))),
      })),

    replay: async (body) =>
      await answer(
        async () =>
          await take(parseDeadLetterRequest(parseJsonBody(body)), box.replay, ({ done, ...rest }) => ({
            replayed: done,
            ...rest,
          })),
      ),

    purge: async (body) =>
      await answer(async () => {
        const request = parseDeadLetterRequest(parseJsonBody(body));
        if (!request.confirm && !request.dryRun)
          throw new BlobmirrorError(
            'request-invalid',
            'what is purged cannot be had back; "confirm": true says that it is meant',
          );
        return await take(request, box.purge, ({ done, ...rest }) => ({ purged: done, ...rest }));
      }),

    acknowledge: async () =>
      await answer(async () => {
        const { until } = await box.acknowledge();
        return { status: 200, jsonBody: { until } };
      }),
  };
}

function textIn(query: Query, name: string): string | undefined {
  return query.get(name) || undefined;
}

function narrowedBy(query: Query): { code: string | undefined; container: string | undefined } {
  return { code: textIn(query, 'code'), container: textIn(query, 'container') };
}

function limitIn(query: Query): number {
  const text = textIn(query, 'limit');
  if (text === undefined) return LIMIT.otherwise;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= LIMIT.most) return limit;
  throw new BlobmirrorError(
    'request-invalid',
    `limit is ${JSON.stringify(text.slice(0, 40))}; it should be a whole number from 1 to ${LIMIT.most}`,
  );
}
