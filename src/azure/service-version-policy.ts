import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { BlobmirrorError } from '../model/errors.js';
import type { SpokenVersion } from './spoken-version.js';

const VERSION = 'x-ms-version';

/**
 * Asks an account by a version that it takes. A request that is refused for its version was not carried out, a write
 * neither, so that it may be sent again by an older one. It belongs between the retries and the signature, which covers
 * the version.
 *
 * Where the account takes none, its requests fail with `service-version-refused`.
 */
export function serviceVersionPolicy(account: string, spoken: SpokenVersion): PipelinePolicy {
  return {
    name: 'blobmirrorServiceVersion',
    sendRequest: async (request, next) => {
      const asked = request.headers.get(VERSION);
      if (asked === undefined) return await next(request);
      const send = async (version: string): Promise<PipelineResponse> => {
        request.headers.set(VERSION, version);
        return await next(request);
      };
      const first = spoken.toSend(asked);
      const answer = await send(first);
      if (!isInvalidHeader(answer)) {
        // The service says by which version it answers; what something in between says tells nothing of that.
        if (answer.headers.has(VERSION)) spoken.noteTaken();
        return answer;
      }
      const isNamed = namesVersion(answer);
      // Which header it is about is not said where there is no body. If an older version is answered, it was this one.
      // A write is not tried so: an older service may leave out what it does not know, and answer all the same.
      if (!isNamed && !isRead(request)) return answer;
      const older = spoken.olderThan(first);
      if (!isReplayable(request)) {
        spoken.settle(first, older[0]);
        throw toError(account, first, request);
      }
      for (const version of older) {
        const response = await send(version);
        if (isInvalidHeader(response) && (!isNamed || namesVersion(response))) continue;
        // That it answers at all is the proof where the refusal named nothing.
        if (isNamed || isAnswered(response)) spoken.settle(first, version);
        return response;
      }
      // To a HEAD the service has no room to say which header it means; to a GET of the same it has.
      if (!isNamed && !namesVersion(await next(toGet(request, first)))) return answer;
      spoken.settle(first, undefined);
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
  return status < 500 && status !== 429 && headers.has(VERSION);
}

/** As seen in azure-sdk-for-net#45302: `<HeaderName>x-ms-version</HeaderName>`. */
function namesVersion(response: PipelineResponse): boolean {
  return isInvalidHeader(response) && (response.bodyAsText ?? '').includes(VERSION);
}

function isRead({ method }: PipelineRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The same, for a byte of it at most. */
function toGet(head: PipelineRequest, version: string): PipelineRequest {
  const { url, headers, timeout, abortSignal } = head;
  const same = createHttpHeaders(headers.toJSON({ preserveCase: true }));
  same.set(VERSION, version);
  same.set('x-ms-range', 'bytes=0-0');
  return createPipelineRequest({
    method: 'GET',
    url,
    headers: same,
    timeout,
    allowInsecureConnection: head.allowInsecureConnection === true,
    ...(abortSignal !== undefined && { abortSignal }),
  });
}

/** A stream that was read once is empty. */
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
