import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { isOfService } from './answer-of-service.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { SpokenVersion } from './spoken-version.ts';

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
      /** Where an answer does not say that it is about the version, a plain read by the same version tells. */
      const judge = async (
        answer: PipelineResponse,
        version: string,
      ): Promise<PipelineResponse | 'refused'> => {
        if (!isInvalidHeader(answer)) return answer;
        if (namesVersion(answer)) return 'refused';
        const read = await next(toPlainRead(request, version));
        if (isInvalidHeader(read)) return 'refused';
        // What says nothing of the version stands for the refusal: nothing was carried out, and it is asked again.
        if (!isAnswered(read)) return read;
        // The version is taken by now. It may be since the refusal, so the refusal is not final until it comes again.
        return isReplayable(request) ? await send(version) : answer;
      };

      const first = spoken.toSend(asked);
      const answer = await judge(await send(first), first);
      if (answer !== 'refused') {
        // The service says by which version it answers; what something in between says tells nothing of that.
        if (answer.headers.has(VERSION)) spoken.noteTaken();
        return answer;
      }
      const older = spoken.olderThan(first);
      if (!isReplayable(request)) {
        spoken.settle(first, older[0]);
        throw toError(account, first, request);
      }
      for (const version of older) {
        const response = await judge(await send(version), version);
        if (response === 'refused') continue;
        if (isAnswered(response)) spoken.settle(first, version);
        return response;
      }
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
  return status < 500 && status !== 429 && isOfService(headers);
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
