import { BlobHandler, ContainerHandler, ServiceHandler, replaceHandlerMethod } from '../storage/azurite.ts';
import type { AzuriteResponse, Context, Handler, MetadataStore } from '../storage/azurite-model.ts';

const hierarchical = new WeakSet<MetadataStore>();
let isDone = false;

/** Lets Get Account Information say of this store's accounts that they are hierarchical. */
export function tellAccountKind(store: MetadataStore): void {
  hierarchical.add(store);
  // Handlers are one for all servers of the process.
  if (isDone) return;
  for (const handler of [BlobHandler, ContainerHandler, ServiceHandler])
    replaceHandlerMethod(handler, 'getAccountInfo', (original) => {
      const answer = original as (this: Handler, context: Context) => Promise<AzuriteResponse>;
      return async function getAccountInfo(this: Handler, context: Context) {
        const response = await answer.call(this, context);
        if (!hierarchical.has(this.metadataStore)) return response;
        // Azurite's answer has the kind for the service only; Azure's has it for containers and blobs too.
        context.response?.setHeader('x-ms-is-hns-enabled', 'true');
        return { ...response, isHierarchicalNamespaceEnabled: true };
      };
    });
  isDone = true;
}
