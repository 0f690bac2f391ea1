import { BlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createActionTokens } from './action-tokens.ts';
import { type ErrorAnswer, toErrorAnswer } from './to-error-answer.ts';

/** The part of an HTTP request that says who makes it. */
interface Asking {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** What a page needs in order to act, never to be kept by anybody on the way. */
interface SessionAnswer {
  readonly status: 200;
  readonly headers: Record<string, string>;
  readonly jsonBody: { readonly token: string };
}

/**
 * Keeps the pages of strangers from acting through the browser of somebody who may. A function key would not do: where
 * App Service authentication is on, and on this machine, a browser needs none.
 */
export interface Actions {
  /** The answer of `act`, or 403 without a call of it. Every function that changes something goes through here. */
  readonly guard: <A>(asking: Asking, act: () => Promise<A>) => Promise<A | ErrorAnswer>;
  /** What the page gets before its first action. Pages of other origins cannot read it, and are refused all the same. */
  readonly session: (asking: Asking) => Promise<SessionAnswer | ErrorAnswer>;
}

/** Not one of the headers that a page may send to another origin without asking it first. */
const TOKEN_HEADER = 'x-blobmirror-token';

export function createActions(documents: DocumentStore, log: Logger): Actions {
  const tokens = createActionTokens(documents, {
    damaged: (name) =>
      log.warn('the secret of the page is damaged; a new one is created', {
        code: 'document-damaged',
        document: name,
      }),
  });

  async function answer<A>(act: () => Promise<A>): Promise<A | ErrorAnswer> {
    try {
      return await act();
    } catch (thrown) {
      return toErrorAnswer(thrown, log);
    }
  }

  return {
    guard: async (asking, act) =>
      await answer(async () => {
        if (isOfBrowser(asking)) {
          if (!isSameOrigin(asking)) throw refused('it comes from a page of another origin');
          const token = asking.headers.get(TOKEN_HEADER);
          if (token === null) throw refused(`it has no ${TOKEN_HEADER}`);
          if (!(await tokens.isValid(token))) throw refused(`its ${TOKEN_HEADER} is not valid, or no longer`);
        }
        return await act();
      }),

    session: async (asking) =>
      await answer(async () => {
        if (isOfBrowser(asking) && !isSameOrigin(asking))
          throw refused('it comes from a page of another origin');
        return {
          status: 200,
          headers: { 'cache-control': 'no-store' },
          jsonBody: { token: await tokens.issue() },
        } as const;
      }),
  };
}

/** Every browser says where a request comes from that may change something, in one of two headers at least. */
function isOfBrowser({ headers }: Asking): boolean {
  return headers.get('origin') !== null || headers.get('sec-fetch-site') !== null;
}

/** Scripts cannot set either header. Schemes are not compared: encryption may have ended on the way here. */
function isSameOrigin({ url, headers }: Asking): boolean {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  return (
    (site === null || site === 'same-origin') && (origin === null || hostOf(origin) === new URL(url).host)
  );
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function refused(why: string): BlobmirrorError {
  return new BlobmirrorError('action-not-allowed', `the request is refused: ${why}`);
}
