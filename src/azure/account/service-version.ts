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
 * The version by which the services of one account are asked. A service refuses a version that it does not know, and a
 * region may get one later than others, after a client already asks by it (azure-sdk-for-net#45302).
 */
export interface NegotiatedVersion {
  /** What is sent where a client would ask by `asked`: that, or an older one. */
  versionToSend(asked: string): string;
  /** Versions to try after a refusal of `version`, the newest first. */
  olderThan(version: string): readonly string[];
  /** `refused` was refused; `taken` is what is asked by from now on, undefined where no version was taken. */
  settle(refused: string, taken: string | undefined): void;
  /** The account answered by the version that it was asked by. */
  recordAccepted(): void;
  status(): VersionStatus;
  /** Calls the listener with what is known already, and on every change. */
  onRefused(listener: (status: VersionStatus) => void): void;
}

/** @param pinned the one to ask by, on the user's word: there is no other to try */
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
      // When every version was refused, the newest is tried first again: the service may have been repaired.
      if (next === undefined) taken = pinned;
      else if (taken === undefined || next < taken) taken = next;
      notify();
    },
    recordAccepted: () => {
      isTaken = true;
      // After it refused every one, the newest, or the one that the user named, was the first to be tried again.
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

/** Shared by all clients of an account in this process, so that each learns from the refusals of the others. */
export function negotiatedVersionOf(url: string, pinned?: ServiceVersion): NegotiatedVersion {
  const { origin, pathname } = new URL(url);
  const name = `${origin}${pathname} ${pinned ?? ''}`;
  const found = known.get(name) ?? createNegotiatedVersion(pinned);
  known.set(name, found);
  return found;
}

const VERSION = 'x-ms-version';

/**
 * Asks an account by a version that it takes. A request that is refused for its version was not carried out, a write
 * neither, so that it may be sent again by an older one. It belongs between the retries and the signature, which covers
 * the version.
 *
 * Where the account takes none, its requests fail with `service-version-refused`.
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
      /** Where an answer does not say that it is about the version, a plain read by the same version tells. */
      const checkVersion = async (
        answer: PipelineResponse,
        version: string,
      ): Promise<PipelineResponse | 'refused'> => {
        if (!isInvalidHeader(answer)) return answer;
        if (namesVersion(answer)) return 'refused';
        const read = await next(toPlainRead(request, version));
        if (isInvalidHeader(read)) return 'refused';
        // What says nothing of the version stands for the refusal: nothing was carried out, and it is asked again.
        if (!isAnswered(read)) return read;
        // The version is taken by now. Where it was not known to be before, that may be since the refusal.
        return isReplayable(request) && !wasTaken ? await send(version) : answer;
      };

      const first = negotiated.versionToSend(asked);
      const answer = await checkVersion(await send(first), first);
      if (answer !== 'refused') {
        // The service says by which version it answers; what something in between says tells nothing of that.
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

/** Says that one of the headers is wrong: `InvalidHeaderValue`, as a header or in a body of either API. */
function isInvalidHeader({ status, headers, bodyAsText }: PipelineResponse): boolean {
  if (status !== 400) return false;
  const code = headers.get('x-ms-error-code');
  return code === undefined
    ? (bodyAsText ?? '').includes('InvalidHeaderValue')
    : code === 'InvalidHeaderValue';
}

/** An overload, or something in between, says nothing of the version. */
function isAnswered({ status, headers }: PipelineResponse): boolean {
  return status < 500 && status !== 429 && isServiceAnswer(headers);
}

/** As seen in azure-sdk-for-net#45302: `<HeaderName>x-ms-version</HeaderName>`. */
function namesVersion(response: PipelineResponse): boolean {
  return isInvalidHeader(response) && (response.bodyAsText ?? '').includes(VERSION);
}

/**
 * Reads what the request is about, a byte of it at most, with no header that could be wrong but the version. A HEAD has
 * no body that could name a header, and the Data Lake API names none.
 */
function toPlainRead(request: PipelineRequest, version: string): PipelineRequest {
  const { url, headers, timeout, abortSignal, allowInsecureConnection } = request;
  const kept = ['x-ms-client-request-id', 'accept'].flatMap((name) => {
    const value = headers.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  // Where both APIs have one endpoint, what tells a rename as one of the Data Lake API is a header that stays behind.
  const isRename = headers.has('x-ms-rename-source');
  const asked = new URL(url);
  if (isRename) asked.searchParams.set('action', 'getStatus');
  return createPipelineRequest({
    method: isRename ? 'HEAD' : 'GET',
    url: isRename ? asked.href : url,
    // The Blob API reads the one, the Data Lake API the other.
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
function isReplayable({ body }: PipelineRequest): boolean {
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
