import type { AzuriteResponse, Context, HandlerParameters } from '../azurite/azurite-model.ts';
import type { Handler } from '../azurite/azurite-stores.ts';
import {
  API_VERSION,
  BlobHandler,
  ContainerHandler,
  errors,
  replaceHandlerMethod,
  storageError,
} from '../azurite/azurite.ts';

/**
 * Undelete Blob and Restore Container, which Azurite lacks, and the answer of Delete Blob, of which Azurite says that it is always
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
        return answerTo(context, 200, options.requestId);
      },
  );
  replaceHandlerMethod(
    ContainerHandler,
    'restore',
    () =>
      async function restore(this: Handler, ...[options, context]: HandlerParameters<[]>) {
        const { account, container } = context.context;
        // The SDKs let no other name be given (learn.microsoft.com/rest/api/storageservices/restore-container).
        if (required(context, 'x-ms-deleted-container-name') !== container)
          throw errors.getInvalidHeaderValue(context.contextId, {
            HeaderName: 'x-ms-deleted-container-name',
          });
        const version = required(context, 'x-ms-deleted-container-version');
        await this.metadataStore.restoreContainer(context, account, container, version);
        return answerTo(context, 201, options.requestId);
      },
  );
}

/** A header of a request. @throws AzuriteError 400 */
function required(context: Context, name: string): string {
  const value = context.request.getHeader(name);
  if (value !== undefined) return value;
  const message = 'An HTTP header that is mandatory for this request is not specified.';
  throw storageError(context, 400, 'MissingRequiredHeader', message, { HeaderName: name });
}

function answerTo(
  { contextId, startTime }: Context,
  statusCode: number,
  clientRequestId: string | undefined,
): AzuriteResponse {
  return { statusCode, requestId: contextId, version: API_VERSION, date: startTime, clientRequestId };
}
