import { theServiceClock } from '../clock/the-service-clock.ts';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DocumentStore } from '../ports/document-store.ts';

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
