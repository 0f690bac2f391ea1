import {
  type BlobServiceClient,
  newPipeline,
  type Pipeline,
  type RequestPolicyFactory,
  type StoragePipelineOptions,
} from '@azure/storage-blob';
import type { RequestCap } from '../ports/request-cap.js';

/** A pipeline that sends each HTTP request when the cap lets it go: every page and every block of a long copy counts. */
export function cappedPipeline(
  credential: BlobServiceClient['credential'],
  options: StoragePipelineOptions,
  cap: RequestCap | undefined,
): Pipeline {
  const pipeline = newPipeline(credential, options);
  if (cap === undefined) return pipeline;
  const wait: RequestPolicyFactory = {
    create: (next) => ({
      sendRequest: async (request) => {
        await cap();
        return await next.sendRequest(request);
      },
    }),
  };
  pipeline.factories.push(wait);
  return pipeline;
}
