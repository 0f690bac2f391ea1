import type { AzuriteResponse, Context, HandlerParameters } from '../azurite/azurite-model.ts';
import type { Handler } from '../azurite/azurite-stores.ts';
import { API_VERSION, BlobHandler, replaceHandlerMethod } from '../azurite/azurite.ts';

/**
 * Set and Delete Blob Immutability Policy and Set Blob Legal Hold, which Azurite lacks. The store sets the headers of the
 * answers, since Azurite knows other texts of a mode than the service. Applies to every server of the process.
 */
export function serveImmutability(): void {
  replaceHandlerMethod(
    BlobHandler,
    'setImmutabilityPolicy',
    () =>
      async function setPolicy(this: Handler, ...[options, context]: HandlerParameters<[]>) {
        const { account, container, blob } = context.context;
        const conditions = options.modifiedAccessConditions;
        await this.metadataStore.setImmutabilityPolicy(context, account, container, blob, conditions);
        return answerTo(context, options.requestId);
      },
  );
  replaceHandlerMethod(
    BlobHandler,
    'deleteImmutabilityPolicy',
    () =>
      async function deletePolicy(this: Handler, ...[options, context]: HandlerParameters<[]>) {
        const { account, container, blob } = context.context;
        await this.metadataStore.deleteImmutabilityPolicy(context, account, container, blob);
        return answerTo(context, options.requestId);
      },
  );
  replaceHandlerMethod(
    BlobHandler,
    'setLegalHold',
    () =>
      async function setHold(
        this: Handler,
        ...[isHeld, options, context]: HandlerParameters<[legalHold: boolean]>
      ) {
        const { account, container, blob } = context.context;
        await this.metadataStore.setLegalHold(context, account, container, blob, isHeld);
        return answerTo(context, options.requestId);
      },
  );
}

function answerTo({ contextId, startTime }: Context, clientRequestId: string | undefined): AzuriteResponse {
  return { statusCode: 200, requestId: contextId, version: API_VERSION, date: startTime, clientRequestId };
}
