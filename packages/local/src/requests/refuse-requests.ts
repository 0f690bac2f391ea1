import type { AzuriteError, AzuriteResponse, Context } from '../azurite/azurite-model.ts';
import {
  AuthenticationMiddlewareFactory,
  MiddlewareError,
  ServiceHandler,
  errorMiddleware,
  replaceHandlerMethod,
  storageError,
  strictModel,
} from '../azurite/azurite.ts';
import { LONGEST_RETENTION_DAYS } from '../storage/history-settings.ts';
import { isStoreError } from '../store/store-error.ts';
import { notInLocalStorage, refuseMissing, refuseUnsupported } from './unsupported-requests.ts';
import { refuseOtherDeletion } from './version-signatures.ts';

/**
 * Makes every refusal of the Blob API name its reason, for requests and for the parts of a batch: a wrong key
 * is `AuthenticationFailed`, an unsupported feature is named once the client is authenticated, and an
 * internal defect is `InternalError` with a body. Applies to every server of the process.
 */
export function explainRefusals(): void {
  // Azurite answers 500 to headers that it knows and does not support.
  strictModel.UnsupportedHeadersBlocker = async () => {};

  const { prototype } = AuthenticationMiddlewareFactory;
  const { authenticate } = prototype;
  prototype.authenticate = async function authenticateAndRefuse(context, request, ...rest) {
    refuseMissing(context, request);
    const isKnown = await authenticate.call(this, context, request, ...rest);
    const hasCredentials =
      request.getHeader('authorization') !== undefined || request.getQuery('sig') !== undefined;
    if (!isKnown && hasCredentials) throw authenticationFailed(context);
    if (isKnown) refuseUnsupported(context, request);
    if (isKnown) refuseOtherDeletion(context, request);
    return isKnown;
  };

  const sendError = errorMiddleware.default;
  errorMiddleware.default = (context, error, ...rest) =>
    sendError(
      context,
      error instanceof Error && !(error instanceof MiddlewareError) ? unexpectedError(context, error) : error,
      ...rest,
    );
}

export function authenticationFailed(context: Context) {
  return storageError(
    context,
    403,
    'AuthenticationFailed',
    'Server failed to authenticate the request. Make sure the value of the Authorization header is formed correctly ' +
      'including the signature.',
  );
}

/** The answer of a disk that takes no more: that of a busy service, which clients ask again. */
export const busy = {
  status: 503,
  code: 'ServerBusy',
  message: 'The server is busy: the disk of the local storage takes no more. Please retry the request.',
} as const;

/** Whether the disk is at fault, and not a defect or damage. */
export function isOfDisk(error: unknown): boolean {
  return isStoreError(error) && error.code !== 'damaged';
}

function unexpectedError(context: Context, error: unknown): AzuriteError {
  if (isOfDisk(error)) return storageError(context, busy.status, busy.code, busy.message);
  return storageError(
    context,
    500,
    'InternalError',
    'The server encountered an internal error. Please retry the request.',
  );
}

interface DeleteRetentionPolicy {
  readonly enabled?: boolean;
  readonly days?: number;
}

interface ServiceProperties {
  readonly deleteRetentionPolicy?: DeleteRetentionPolicy;
  readonly staticWebsite?: { readonly enabled?: boolean };
}

/**
 * Refuses to switch on static websites, which Azurite accepts and shows as on, and a soft delete without its days. Reports
 * soft delete as off when it was never switched on.
 */
export function refuseMissingFeatures(): void {
  replaceHandlerMethod(ServiceHandler, 'setProperties', (original) => {
    const setProperties = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
    return async function setSupported(
      this: unknown,
      properties: ServiceProperties,
      options: object,
      context: Context,
    ) {
      if (properties.staticWebsite?.enabled === true)
        throw storageError(
          context,
          400,
          'UnsupportedXmlNode',
          `One of the XML nodes specified in the request body is not supported: ${notInLocalStorage('StaticWebsite')}.`,
          { XmlNodeName: 'StaticWebsite' },
        );
      refuseBadRetention(context, properties.deleteRetentionPolicy);
      return setProperties.call(this, properties, options, context);
    };
  });
  replaceHandlerMethod(ServiceHandler, 'getProperties', (original) => {
    const getProperties = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
    return async function getSupported(this: unknown, ...parameters: unknown[]) {
      const off = { enabled: false };
      const found = await getProperties.apply(this, parameters);
      return { deleteRetentionPolicy: off, ...found, staticWebsite: off };
    };
  });
}

/** @throws AzuriteError 400 for a retention that is not of 1 to 365 days */
function refuseBadRetention(context: Context, { enabled, days }: DeleteRetentionPolicy = {}): void {
  if (enabled === true && !(days !== undefined && days >= 1 && days <= LONGEST_RETENTION_DAYS))
    throw storageError(
      context,
      400,
      'InvalidXmlNodeValue',
      'The value provided for one of the XML nodes in the request body was not in the correct format.',
      { XmlNodeName: 'Days' },
    );
}
