import { signal } from '@preact/signals';

/** An answer that is no success: what the app says of it, or what is known without it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /** 0: there was no answer. */
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, message: string, hint = '') {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

const WITHIN_MS = 20_000;
/** A replay of thousands takes its time; the app gives up before this. */
const ACTS_WITHIN_MS = 240_000;

let token: string | undefined;

/** @throws ApiError */
export async function get<T>(path: string): Promise<T> {
  return await request<T>(path, { method: 'GET' });
}

/**
 * Acts with the token of the session, which is asked for when it is needed, and once more when it has run out.
 * @throws ApiError
 */
export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    token ??= (await get<{ token: string }>('/api/session')).token;
    const headers = { 'content-type': 'application/json', 'x-blobmirror-token': token };
    try {
      return await request<T>(path, { method: 'POST', headers, body: JSON.stringify(body) });
    } catch (error) {
      if (!isFirst || !(error instanceof ApiError) || error.code !== 'action-not-allowed') throw error;
      token = undefined;
    }
  }
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  const headers = new Headers(init.headers);
  if (key.value !== undefined) headers.set('x-functions-key', key.value);
  let answer: Response;
  try {
    answer = await fetch(path, {
      ...init,
      headers,
      cache: 'no-store',
      // A sign-in page of another origin is no answer.
      redirect: 'manual',
      signal: AbortSignal.timeout(init.method === 'POST' ? ACTS_WITHIN_MS : WITHIN_MS),
    });
  } catch {
    throw new ApiError(0, 'not-reachable', 'The app did not answer.');
  }
  if (answer.type === 'opaqueredirect') throw new ApiError(401, 'sign-in', 'You are no longer signed in.');
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return body as T;
  throw toApiError(answer.status, body);
}

function toApiError(status: number, body: unknown): ApiError {
  const { error } = (body ?? {}) as {
    error?: { code?: string; message?: string; hint?: string };
  };
  const message = error?.message ?? `The app answered with status ${status}.`;
  return new ApiError(status, error?.code ?? String(status), message, error?.hint);
}

/** Of the tab alone: it is forgotten when that is closed. */
const STORED = 'blobmirror-key';

/** The function key; undefined where none is needed, or none was given yet. */
export const key = signal<string | undefined>(sessionStorage.getItem(STORED) ?? undefined);

export function setKey(value: string): void {
  sessionStorage.setItem(STORED, value);
  key.value = value;
}

/**
 * A key may come as `/#code=KEY`, which is sent nowhere, or as `/?code=KEY`, as Azure hands it out. It leaves the address
 * at once, before anybody bookmarks, shares or looks over a shoulder at it.
 */
export function takeKeyFromAddress(): void {
  const { hash, search, pathname } = location;
  const given = new URLSearchParams(hash.slice(1)).get('code') ?? new URLSearchParams(search).get('code');
  if (given === null) return;
  if (given !== '') setKey(given);
  history.replaceState(null, '', pathname);
}
