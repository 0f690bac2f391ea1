import { createHmac, timingSafeEqual } from 'node:crypto';
import { theServiceClock } from '../clock/observed-clock.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { readSecret } from './session-secret.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type HttpAnswer, type RequestHead, type RequestWithBody, answer, readBody } from './answer.ts';

/**
 * Protects from cross-site request forgery. A function key is not enough: with App Service authentication, and on a
 * developer's machine, a browser needs none.
 */
export interface ActionGuard {
  /**
   * The answer of `act` to the body of the request; or 403, or 413 if it is too large, without calling it. Every function
   * that changes something goes through here.
   */
  readonly protect: (
    request: RequestWithBody,
    act: (body: string) => Promise<HttpAnswer>,
  ) => Promise<HttpAnswer>;
  /** `{token}`, which the page sends with its actions. Pages of other origins get 403. */
  readonly session: (request: RequestHead) => Promise<HttpAnswer>;
}

/** No CORS-safelisted header: a page can send it to another origin only after a preflight request. */
const TOKEN_HEADER = 'x-blobmirror-token';

export function createActionGuard(documents: DocumentStore, log: Logger): ActionGuard {
  const tokens = createActionTokens(documents, {
    damaged: (name) =>
      log.warn('the secret of the page is damaged; a new one is created', {
        code: 'document-damaged',
        document: name,
      }),
  });

  return {
    protect: async (request, act) =>
      await answer(log, async () => {
        if (isFromBrowser(request)) {
          if (!isSameOrigin(request)) throw refused('it comes from a page of another origin');
          const token = request.headers.get(TOKEN_HEADER);
          if (token === null) throw refused(`it has no header ${TOKEN_HEADER}`);
          if (!(await tokens.isValid(token))) throw refused(`its ${TOKEN_HEADER} is wrong or has expired`);
        }
        return await act(await readBody(request));
      }),

    session: async (request) =>
      await answer(log, async () => {
        if (isFromBrowser(request) && !isSameOrigin(request))
          throw refused('it comes from a page of another origin');
        return { status: 200, jsonBody: { token: await tokens.issue() } };
      }),
  };
}

/** Browsers send at least one of the two headers with every request that may change something. */
function isFromBrowser({ headers }: RequestHead): boolean {
  return headers.get('origin') !== null || headers.get('sec-fetch-site') !== null;
}

/** No script of a page can set either header. Schemes are not compared: a proxy may have terminated TLS. */
function isSameOrigin({ url, headers }: RequestHead): boolean {
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

interface TokenOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Called with the name of the document when it holds no valid secret: a new one is made, and old tokens are void. */
  readonly damaged?: (name: string) => void;
}

export interface ActionTokens {
  issue(): Promise<string>;
  isValid(token: string): Promise<boolean>;
}

/** The page gets a new one when its token has expired. */
const LIFE_MS = 12 * 60 * 60_000;
const TOKEN = /^([0-9a-z]{1,10})\.([\w-]{43})$/;

/** Tokens that any instance can verify: a time of expiry, and its HMAC under the shared secret. */
export function createActionTokens(
  documents: Pick<DocumentStore, 'read' | 'write'>,
  { now = () => theServiceClock.now().getTime(), damaged = () => undefined }: TokenOptions = {},
): ActionTokens {
  let known: Buffer | undefined;

  async function secret(): Promise<Buffer> {
    return (known = await readSecret(documents, damaged));
  }

  return {
    issue: async () => {
      const expires = (now() + LIFE_MS).toString(36);
      return `${expires}.${prove(expires, await secret())}`;
    },
    isValid: async (token) => {
      const [, expires = '', proof = ''] = TOKEN.exec(token) ?? [];
      if (!(Number.parseInt(expires, 36) > now())) return false;
      if (known !== undefined && isEqual(proof, prove(expires, known))) return true;
      // Another instance may have had to make a new secret.
      return isEqual(proof, prove(expires, await secret()));
    },
  };
}

function prove(expires: string, secret: Buffer): string {
  return createHmac('sha256', secret).update(`action until ${expires}`).digest('base64url');
}

/** Takes the same time wherever the texts differ. */
function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
