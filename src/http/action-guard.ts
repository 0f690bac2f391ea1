import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { theServiceClock } from '../clock/process-clocks.ts';
import { type ErrorAnswer, toErrorAnswer } from './answer.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';

/** The part of an HTTP request that says who makes it. */
interface RequestOrigin {
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
export interface ActionGuard {
  /** The answer of `act`, or 403 without a call of it. Every function that changes something goes through here. */
  readonly protect: <A>(asking: RequestOrigin, act: () => Promise<A>) => Promise<A | ErrorAnswer>;
  /** What the page gets before its first action. Pages of other origins cannot read it, and are refused all the same. */
  readonly session: (asking: RequestOrigin) => Promise<SessionAnswer | ErrorAnswer>;
}

/** Not one of the headers that a page may send to another origin without asking it first. */
const TOKEN_HEADER = 'x-blobmirror-token';

export function createActionGuard(documents: DocumentStore, log: Logger): ActionGuard {
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
    protect: async (asking, act) =>
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
function isOfBrowser({ headers }: RequestOrigin): boolean {
  return headers.get('origin') !== null || headers.get('sec-fetch-site') !== null;
}

/** Scripts cannot set either header. Schemes are not compared: encryption may have ended on the way here. */
function isSameOrigin({ url, headers }: RequestOrigin): boolean {
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
  /** Is told the name of the document where it holds no secret: another one is made, and pages get a new token. */
  readonly damaged?: (name: string) => void;
}

export interface ActionTokens {
  issue(): Promise<string>;
  isValid(token: string): Promise<boolean>;
}

/** What tokens are made from, the same for all instances of the app. */
const SECRET = 'session/secret';
const SECRET_BYTES = 32;
/** The page gets a new one when its own has run out. */
const LIFE_MS = 12 * 60 * 60_000;
const TOKEN = /^([0-9a-z]{1,10})\.([\w-]{43})$/;

/** Tokens that any instance can judge: a time, and a proof that somebody who knows the secret has set it. */
export function createActionTokens(
  documents: Pick<DocumentStore, 'read' | 'write'>,
  { now = () => theServiceClock.now().getTime(), damaged = () => undefined }: TokenOptions = {},
): ActionTokens {
  let known: Buffer | undefined;

  /** Makes one where there is none, or what is no secret; whoever comes second takes the one of the first. */
  async function readSecret(): Promise<Buffer> {
    for (;;) {
      const stored = await documents.read(SECRET);
      known = parseSecret(stored?.value);
      if (known !== undefined) return known;
      if (stored !== undefined) damaged(SECRET);
      const value = { secret: randomBytes(SECRET_BYTES).toString('base64') };
      await documents.write(SECRET, value, stored ?? { nothingThere: true });
    }
  }

  return {
    issue: async () => {
      const ends = (now() + LIFE_MS).toString(36);
      return `${ends}.${prove(ends, await readSecret())}`;
    },
    isValid: async (token) => {
      const [, ends = '', proof = ''] = TOKEN.exec(token) ?? [];
      if (!(Number.parseInt(ends, 36) > now())) return false;
      if (known !== undefined && isEqual(proof, prove(ends, known))) return true;
      // Another instance may have had to make a new secret.
      return isEqual(proof, prove(ends, await readSecret()));
    },
  };
}

function prove(ends: string, secret: Buffer): string {
  return createHmac('sha256', secret).update(`action until ${ends}`).digest('base64url');
}

/** In a time that says nothing of where they differ. */
function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function parseSecret(value: unknown): Buffer | undefined {
  if (typeof value !== 'object' || value === null || !('secret' in value)) return undefined;
  const bytes = Buffer.from(String(value.secret), 'base64');
  return bytes.length === SECRET_BYTES ? bytes : undefined;
}
