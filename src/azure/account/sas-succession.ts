import type { PipelinePolicy, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { theServiceClock } from '../../clock/observed-clock.ts';
import { isReplayable } from './service-version.ts';

/**
 * The shared access signatures of one account, in the order of preference. When the first has ended or is refused, requests
 * go out with the second: no restart is needed. A signature never leaves this file but in a URL that is sent.
 */
export interface SasSuccession {
  /** The URL with the signature that is in use. @param url with the first signature; any other is returned as it is */
  sign(url: string): string;
  status(): readonly SasStatus[];
  /** Undefined: there is one signature. Inside retries, so that one try may be two requests. */
  readonly policy: PipelinePolicy | undefined;
}

export interface SasStatus {
  /** Undefined: it names no end; that may be in a stored access policy, which only the account's owner sees. */
  readonly endsAt: Date | undefined;
  /** The account refused it when it was last tried. */
  readonly isRefused: boolean;
  readonly isInUse: boolean;
}

/** After all were refused, each request is sent once only for so long. */
const ALL_REFUSED_FOR_MS = 30_000;

const known = new Map<string, SasSuccession>();

/**
 * Shared by all clients of an account in this process, so that one refusal serves all.
 *
 * @param urls of the account, each with a signature
 */
export function sasSuccessionOf(urls: readonly [string, ...string[]]): SasSuccession {
  const name = urls.join(' ');
  const found = known.get(name) ?? createSasSuccession(urls.map((url) => new URL(url).search.slice(1)));
  known.set(name, found);
  return found;
}

/** @param queries the first with its parameters in the URLs of clients */
export function createSasSuccession(
  queries: readonly string[],
  now: () => Date = () => theServiceClock.now(),
  steady: () => number = () => performance.now(),
): SasSuccession {
  const all = queries.map((query) => ({ query, endsAt: endOf(query), isRefused: false }));
  const [first = ''] = queries;
  const names = new Set(first.split('&').map(nameOf));
  const signature = signatureOf(first);
  let current = 0;
  let allRefusedUntil = -Infinity;

  const hasEnded = (i: number): boolean => {
    const endsAt = all[i]?.endsAt;
    return endsAt !== undefined && endsAt <= now();
  };

  /** The one that is in use, or the next one when that has ended. */
  function choose(): number {
    if (hasEnded(current)) {
      const next = all.findIndex((_, i) => !hasEnded(i) && all[i]?.isRefused !== true);
      if (next !== -1) current = next;
    }
    return current;
  }

  function toUrl(url: string, i: number): string {
    const sas = all[i];
    const mark = url.indexOf('?');
    if (i === 0 || sas === undefined || signatureOf(url.slice(mark + 1)) !== signature) return url;
    const others = url
      .slice(mark + 1)
      .split('&')
      .filter((part) => !names.has(nameOf(part)));
    return `${url.slice(0, mark)}?${[...others, sas.query].join('&')}`;
  }

  function setRefused(i: number, isRefused: boolean): void {
    const sas = all[i];
    if (sas !== undefined) sas.isRefused = isRefused;
  }

  async function send(
    request: PipelineRequest,
    next: (request: PipelineRequest) => Promise<PipelineResponse>,
  ): Promise<PipelineResponse> {
    const { url } = request;
    const before = new Map(IN_HEADERS.map((name) => [name, request.headers.get(name)]));
    const signAs = (i: number): void => {
      request.url = toUrl(url, i);
      for (const [name, value] of before) if (value !== undefined) request.headers.set(name, toUrl(value, i));
    };
    const chosen = choose();
    const isAllRefused = steady() < allRefusedUntil;
    try {
      signAs(chosen);
      const answer = await next(request);
      if (!isRefusal(answer)) {
        if (answer.status < 400) setRefused(chosen, false);
        return answer;
      }
      setRefused(chosen, true);
      for (const other of all.keys()) {
        if (other === chosen || isAllRefused) continue;
        if (!isReplayable(request)) {
          // The retry begins with the other one.
          current = other;
          return answer;
        }
        signAs(other);
        const second = await next(request);
        setRefused(other, isRefusal(second));
        if (isRefusal(second)) continue;
        current = other;
        return second;
      }
      if (!isAllRefused) allRefusedUntil = steady() + ALL_REFUSED_FOR_MS;
      return answer;
    } finally {
      signAs(0);
    }
  }

  return {
    sign: (url) => toUrl(url, choose()),
    status: () => {
      const used = choose();
      return all.map(({ endsAt, isRefused }, i) => ({ endsAt, isRefused, isInUse: i === used }));
    },
    policy: all.length === 1 ? undefined : { name: 'blobmirrorSasSuccession', sendRequest: send },
  };
}

/** Where a request names another blob of the same account with its signature: a rename, a copy within the account. */
const IN_HEADERS = ['x-ms-rename-source', 'x-ms-copy-source'];

/** Undefined: there is none, or it cannot be read. */
function signatureOf(query: string): string | undefined {
  return new URLSearchParams(query).get('sig') ?? undefined;
}

function nameOf(part: string): string {
  return part.slice(0, part.includes('=') ? part.indexOf('=') : undefined);
}

/** `se` is a date, or a date with a time, in UTC. */
function endOf(query: string): Date | undefined {
  const time = Date.parse(new URLSearchParams(query).get('se') ?? '');
  return Number.isNaN(time) ? undefined : new Date(time);
}

/**
 * As of a signature that has ended, was revoked, or was made by a key that was replaced. Other refusals, such as one for a
 * missing right or by a firewall, would meet another signature too. One for the source of a copy is no refusal of ours.
 */
function isRefusal({ status, headers, bodyAsText }: PipelineResponse): boolean {
  if (status !== 403 || headers.has('x-ms-copy-source-status-code')) return false;
  const code = headers.get('x-ms-error-code');
  return code === undefined
    ? (bodyAsText ?? '').includes('<Code>AuthenticationFailed<')
    : code === 'AuthenticationFailed';
}
