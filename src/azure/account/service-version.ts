import {
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
  createHttpHeaders,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import { isServiceAnswer } from '../errors/foreign-answer.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { SERVICE_VERSIONS, type ServiceVersion, type VersionStatus } from '../../model/service-version.ts';

/**
 * The version sent to the services of one account. A service refuses a version that it does not know, and a
 * region may get a version later than others, after a client already sends it (azure-sdk-for-net#45302).
 */
export interface NegotiatedVersion {
  /** The version to send where a client would send `asked`: the same, or an older one. */
  versionToSend(asked: string): string;
  /** Versions to try after a refusal of `version`, the newest first. */
  olderThan(version: string): readonly string[];
  /** `refused` was refused; `taken` is the version to send from now on, undefined if none was accepted. */
  settle(refused: string, taken: string | undefined): void;
  /** The account answered a request of the version that was sent. */
  recordAccepted(): void;
  status(): VersionStatus;
  /** Calls the listener with the current state, and on every change. */
  onRefused(listener: (status: VersionStatus) => void): void;
}

/** @param pinned the version that the user set: no other is tried */
export function createNegotiatedVersion(pinned?: ServiceVersion): NegotiatedVersion {
  let taken: string | undefined = pinned;
  let refused: string | undefined;
  let isTaken = false;
  let isRefusedWhole = false;
  const listeners = new Set<(status: VersionStatus) => void>();
  const notified = new Set<string>();

  const status = (): VersionStatus => ({ refused, spoken: taken, isTaken, isRefusedWhole });

  function notify(): void {
    const text = JSON.stringify(status());
    if (notified.has(text)) return;
    notified.add(text);
    for (const listener of listeners) listener(status());
  }

  return {
    versionToSend: (asked) => (taken !== undefined && taken < asked ? taken : asked),
    olderThan: (version) => (pinned === undefined ? SERVICE_VERSIONS.filter((each) => each < version) : []),
    settle: (version, next) => {
      if (refused === undefined || version > refused) refused = version;
      isRefusedWhole = next === undefined;
      isTaken = !isRefusedWhole;
      // When every version was refused, the newest is tried first again: the service may have been upgraded.
      if (next === undefined) taken = pinned;
      else if (taken === undefined || next < taken) taken = next;
      notify();
    },
    recordAccepted: () => {
      isTaken = true;
      // After all versions were refused, the first one tried again was the newest, or the one that the user
      // set.
      if (isRefusedWhole) refused = undefined;
      isRefusedWhole = false;
    },
    status,
    onRefused: (listener) => {
      if (refused !== undefined) listener(status());
      listeners.add(listener);
    },
  };
}

const known = new Map<string, NegotiatedVersion>();

/**
 * Shared by all clients of an account in this process, so that each learns from the refusals that others met.
 */
export function negotiatedVersionOf(url: string, pinned?: ServiceVersion): NegotiatedVersion {
  const { origin, pathname } = new URL(url);
  const name = `${origin}${pathname} ${pinned ?? ''}`;
  const found = known.get(name) ?? createNegotiatedVersion(pinned);
  known.set(name, found);
  return found;
}

const VERSION = 'x-ms-version';

/**
 * Sends requests with a version that the account accepts. A request that is refused for its version was not
 * carried out, not even a write, so it may be sent again with an older version. This policy must come between
 * the retries and the signature, which covers the version.
 *
 * Where the account accepts no version, its requests fail with `service-version-refused`.
 */
export function serviceVersionPolicy(account: string, negotiated: NegotiatedVersion): PipelinePolicy {
  return {
    name: 'blobmirrorServiceVersion',
    sendRequest: async (request, next) => {
      const asked = request.headers.get(VERSION);
      if (asked === undefined) return await next(request);
      const wasTaken = negotiated.status().isTaken;
      const send = async (version: string): Promise<PipelineResponse> => {
        request.headers.set(VERSION, version);
        return await next(request);
      };
      /**
       * Where an answer does not say whether it concerns the version, a plain read with the same version
       * decides.
       */
      const checkVersion = async (
        answer: PipelineResponse,
        version: string,
      ): Promise<PipelineResponse | 'refused'> => {
        if (!isInvalidHeader(answer)) return answer;
        if (namesVersion(answer)) return 'refused';
        const read = await next(toPlainRead(request, version));
        if (isInvalidHeader(read)) return 'refused';
        // Returned in place of the refusal, if it says nothing about the version either: nothing was carried
        // out, and the caller retries.
        if (!isAnswered(read)) return read;
        // The version is accepted now. If that was not known before, it may have been accepted since the
        // refusal.
        return isReplayable(request) && !wasTaken ? await send(version) : answer;
      };

      const first = negotiated.versionToSend(asked);
      const answer = await checkVersion(await send(first), first);
      if (answer !== 'refused') {
        // The service returns the version that it answered by; an answer of a proxy says nothing about it.
        if (answer.headers.has(VERSION)) negotiated.recordAccepted();
        return answer;
      }
      const older = negotiated.olderThan(first);
      if (!isReplayable(request)) {
        negotiated.settle(first, older[0]);
        throw toError(account, first, request);
      }
      for (const version of older) {
        const response = await checkVersion(await send(version), version);
        if (response === 'refused') continue;
        if (isAnswered(response)) negotiated.settle(first, version);
        return response;
      }
      negotiated.settle(first, undefined);
      throw toError(account, first, request, older.at(-1));
    },
  };
}

/**
 * Whether the answer says that a header is wrong: `InvalidHeaderValue`, as a header or in a body of either
 * API.
 */
function isInvalidHeader({ status, headers, bodyAsText }: PipelineResponse): boolean {
  if (status !== 400) return false;
  const code = headers.get('x-ms-error-code');
  return code === undefined
    ? (bodyAsText ?? '').includes('InvalidHeaderValue')
    : code === 'InvalidHeaderValue';
}

/** An overload, or an answer of a proxy, says nothing about the version. */
function isAnswered({ status, headers }: PipelineResponse): boolean {
  return status < 500 && status !== 429 && isServiceAnswer(headers);
}

/** As seen in azure-sdk-for-net#45302: `<HeaderName>x-ms-version</HeaderName>`. */
function namesVersion(response: PipelineResponse): boolean {
  return isInvalidHeader(response) && (response.bodyAsText ?? '').includes(VERSION);
}

/**
 * Reads the target of the request, at most a byte of it, with no header that could be wrong except the
 * version. A HEAD has no body that could name a header, and the Data Lake API names none.
 */
function toPlainRead(request: PipelineRequest, version: string): PipelineRequest {
  const { url, headers, timeout, abortSignal, allowInsecureConnection } = request;
  const kept = ['x-ms-client-request-id', 'accept'].flatMap((name) => {
    const value = headers.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  // Where both APIs share one endpoint, a header that is not copied here marks a rename as a Data Lake
  // request.
  const isRename = headers.has('x-ms-rename-source');
  const asked = new URL(url);
  if (isRename) asked.searchParams.set('action', 'getStatus');
  return createPipelineRequest({
    method: isRename ? 'HEAD' : 'GET',
    url: isRename ? asked.href : url,
    // The Blob API reads the former, the Data Lake API the latter.
    headers: createHttpHeaders({
      ...Object.fromEntries(kept),
      [VERSION]: version,
      'x-ms-range': 'bytes=0-0',
      range: 'bytes=0-0',
    }),
    timeout,
    allowInsecureConnection: allowInsecureConnection === true,
    ...(abortSignal !== undefined && { abortSignal }),
  });
}

/** A stream can be read only once. */
export function isReplayable({ body }: PipelineRequest): boolean {
  return !(typeof body === 'object' && body !== null && 'pipe' in body);
}

function toError(
  account: string,
  version: string,
  { method }: PipelineRequest,
  oldest?: string,
): BlobmirrorError {
  const versions = oldest === undefined ? `version ${version}` : `every version from ${version} to ${oldest}`;
  const operation = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  return new BlobmirrorError(
    'service-version-refused',
    `${account} refuses ${versions} of the storage services`,
    { context: { account, operation, status: 400, service: 'InvalidHeaderValue' } },
  );
}
