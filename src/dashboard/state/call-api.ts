import { signal } from '@preact/signals';

/** A failed request: the error that the app answered, or that there was no answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /** The HTTP status; 0: no answer. */
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

const READ_TIMEOUT_MS = 20_000;
/** Longer than the app's own limit for a replay of thousands. */
const ACTION_TIMEOUT_MS = 240_000;

let token: string | undefined;

/** @throws ApiError */
export async function get<T>(path: string): Promise<T> {
  return await request<T>(path, { method: 'GET' });
}

/**
 * Posts with the session token. Fetches one on first use, and once more after it has expired.
 *
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
      // A redirect leads to the sign-in page of another origin, not to an answer.
      redirect: 'manual',
      signal: AbortSignal.timeout(init.method === 'POST' ? ACTION_TIMEOUT_MS : READ_TIMEOUT_MS),
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

/** In the session storage: the browser deletes it when the tab is closed. */
const STORED = 'blobmirror-key';

/** The function key; undefined: none is needed, or none was given yet. */
export const key = signal<string | undefined>(sessionStorage.getItem(STORED) ?? undefined);

export function setKey(value: string): void {
  sessionStorage.setItem(STORED, value);
  key.value = value;
}

/**
 * Takes the key from `/#code=KEY`, which browsers never send, or `/?code=KEY`, the form of the Azure portal, and removes
 * it from the address at once, so that it is not bookmarked, shared or seen.
 */
export function takeKeyFromAddress(): void {
  const { hash, search, pathname } = location;
  const given = new URLSearchParams(hash.slice(1)).get('code') ?? new URLSearchParams(search).get('code');
  if (given === null) return;
  if (given !== '') setKey(given);
  history.replaceState(null, '', pathname);
}
