import type { AzuriteResponse, Context, HandlerParameters } from '../azurite/azurite-model.ts';
import type { Handler } from '../azurite/azurite-stores.ts';
import { API_VERSION, BlobHandler, replaceHandlerMethod } from '../azurite/azurite.ts';

/**
 * Undelete Blob, which Azurite lacks, and the answer of Delete Blob, of which Azurite says that it is always
 * permanent: the store has set the header. Applies to every server of the process.
 */
export function serveUndelete(): void {
  replaceHandlerMethod(BlobHandler, 'delete', (original) => {
    const deleteBlob = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
    return async function deleteAndTell(this: Handler, ...parameters: unknown[]) {
      return { ...(await deleteBlob.apply(this, parameters)), deleteTypePermanent: undefined };
    };
  });
  replaceHandlerMethod(
    BlobHandler,
    'undelete',
    () =>
      async function undelete(this: Handler, ...[options, context]: HandlerParameters<[]>) {
        const { account, container, blob } = context.context;
        await this.metadataStore.undeleteBlob(context, account, container, blob);
        return answerTo(context, options.requestId);
      },
  );
}

function answerTo({ contextId, startTime }: Context, clientRequestId: string | undefined): AzuriteResponse {
  return { statusCode: 200, requestId: contextId, version: API_VERSION, date: startTime, clientRequestId };
}
