import {
  type BlobServiceClient,
  newPipeline,
  type Pipeline,
  type RequestPolicyFactory,
  type StoragePipelineOptions,
} from '@azure/storage-blob';
import type { RequestCap } from '../ports/request-cap.js';

export interface PipelineLimits {
  /** What every HTTP request waits for: every page and every block of a long copy counts. */
  readonly cap?: RequestCap;
  /** How long a request that writes nothing waits for the first byte of its answer, in milliseconds. */
  readonly answerWithinMs?: number;
}

/**
 * An account that is behind a broken network may not answer at all, and a connection takes a quarter of an hour to
 * notice. Every look at a key begins with reads, so that their limit keeps all else from being sent there, too. A
 * write has none of ours: a copy may take the service minutes, and the outcome of one that was given up is unknown.
 */
const ANSWER_WITHIN_MS = 60_000;

export function openPipeline(
  credential: BlobServiceClient['credential'],
  options: StoragePipelineOptions,
  { cap, answerWithinMs = ANSWER_WITHIN_MS }: PipelineLimits = {},
): Pipeline {
  const limit: RequestPolicyFactory = {
    create: (next) => ({
      sendRequest: async (request) => {
        if (request.method === 'HEAD' || request.method === 'GET') request.timeout = answerWithinMs;
        await cap?.();
        return await next.sendRequest(request);
      },
    }),
  };
  const pipeline = newPipeline(credential, options);
  pipeline.factories.push(limit);
  return pipeline;
}
