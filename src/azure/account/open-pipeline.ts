import { TIME_BUDGETS } from '../../concurrency/time-budget.ts';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import {
  type BlobServiceClient,
  newPipeline,
  type Pipeline,
  RestError,
  type StoragePipelineOptions,
} from '@azure/storage-blob';
import { theServiceClock } from '../../clock/observed-clock.ts';
import type { RequestCap } from '../../concurrency/request-cap.ts';
import { openPolicies } from '../../sdk-internals/storage-sdk.ts';
import { type RequestOutcome, recordRequest } from '../../telemetry/metrics.ts';
import { inRequestSpan } from '../../telemetry/spans.ts';
import { refuseForeignAnswers } from '../errors/foreign-answer.ts';
import { type NegotiatedVersion, serviceVersionPolicy } from './service-version.ts';
import { httpStatus, isAnsweredByService } from '../errors/storage-error.ts';

export interface PipelineLimits {
  /** Every HTTP request waits for this: every page and every block of a long copy counts. */
  readonly cap?: RequestCap;
  /** How long a request that writes nothing waits for the first byte of its answer, in milliseconds. */
  readonly answerWithinMs?: number;
}

/**
 * An account behind a broken network may not answer at all, and it takes a quarter of an hour until the
 * connection fails. Every check of a key begins with reads, so their time-out also prevents the writes that
 * would follow. Writes have no time-out: a copy may take the service minutes, and the outcome of a write that
 * was given up is unknown.
 */
const ANSWER_WITHIN_MS = TIME_BUDGETS.answer;

/**
 * @param account its requests are counted under this name
 * @param negotiated the service version to send
 * @param added extra policies, applied to each request before it is signed
 * @param sas chooses among several signatures
 */
export function openPipeline(
  account: string,
  credential: BlobServiceClient['credential'],
  options: StoragePipelineOptions,
  negotiated: NegotiatedVersion,
  { cap, answerWithinMs = ANSWER_WITHIN_MS }: PipelineLimits = {},
  added: readonly PipelinePolicy[] = [],
  sas?: PipelinePolicy,
): Pipeline {
  const limit: PipelinePolicy = {
    name: 'blobmirrorLimit',
    sendRequest: async (request, next) => {
      if (request.method === 'HEAD' || request.method === 'GET') request.timeout = answerWithinMs;
      await cap?.();
      const sentAt = performance.now();
      try {
        const response = await inRequestSpan(request, async () => await next(request));
        theServiceClock.observe(account, response.headers, sentAt);
        recordRequest(account, toOutcome(response.status));
        return response;
      } catch (error) {
        // An answer from a proxy has the proxy's time.
        if (error instanceof RestError && error.response !== undefined && isAnsweredByService(error))
          theServiceClock.observe(account, error.response.headers, sentAt);
        const status = httpStatus(error);
        recordRequest(account, status === undefined ? 'unanswered' : toOutcome(status));
        throw error;
      }
    },
  };
  const pipeline = newPipeline(credential, options);
  const policies = openPolicies(pipeline);
  for (const policy of [limit, ...added]) policies.addPolicy(policy);
  policies.addPolicy(serviceVersionPolicy(account, negotiated), { phase: 'Retry' });
  if (sas !== undefined) policies.addPolicy(sas, { phase: 'Retry' });
  const isOld = (date: string | undefined, sentAt: number): boolean =>
    theServiceClock.isOld(account, date, sentAt);
  policies.addPolicy(refuseForeignAnswers(isOld), { afterPhase: 'Retry' });
  return pipeline;
}

/** A missing blob and a condition that does not hold are normal answers, not failures. */
function toOutcome(status: number): RequestOutcome {
  if (status < 400) return 'ok';
  if (status === 404) return 'absent';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 429 || status === 503) return 'throttled';
  return status < 500 ? 'refused' : 'failed';
}
