import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Accounts, AzuriteResponse, LocalRequest } from '../azurite/azurite-model.ts';
import type { ExtentStore, MetadataStore } from '../azurite/azurite-stores.ts';
import type { DispatchedContext, HandlerClass } from '../azurite/azurite-modules.ts';
import {
  AccountSasAuthenticator,
  AppendBlobHandler,
  AuthenticationMiddlewareFactory,
  BlobHandler,
  BlobSasAuthenticator,
  BlobStorageContext,
  BlockBlobHandler,
  ContainerHandler,
  DeserializationError,
  PageBlobHandler,
  PageBlobRangesManager,
  PublicAccessAuthenticator,
  RequestListenerFactory,
  ServiceHandler,
  SharedKeyAuthenticator,
  contextPath,
  dispatch,
  enterContext,
  errorMiddleware,
  handlerOf,
  logger,
  serializing,
  specifications,
  storageError,
} from '../azurite/azurite.ts';
import type { HistorySettings } from '../storage/history-settings.ts';
import { PlainRequest, PlainResponse, isPlainRequest } from './http-exchange.ts';

/** Azurite's first step reads the request for its log only, which is off. */
const unlogged: LocalRequest = {
  getMethod: () => '',
  getUrl: () => '',
  getEndpoint: () => '',
  getPath: () => '',
  getHeader: () => undefined,
  getHeaders: () => ({}),
  getRawHeaders: () => [],
  getQuery: () => undefined,
  getProtocol: () => '',
};

interface BlobStores {
  readonly metadata: MetadataStore;
  readonly extents: ExtentStore;
}

const isLoose = false;
// The SDKs use newer service versions than Azurite knows by name.
const skipApiVersionCheck = true;
const pathStyleOnly = true;

/**
 * Answers the Blob API with Azurite's own steps: context, operation, authentication, parameters, handler,
 * answer. Azurite's listener makes them in express, with new adapters for each step and texts for a log that
 * nobody reads. It still answers what only it handles, by the machine's clock: CORS, and URLs that express reads in
 * another way.
 *
 * @param history what the accounts have, and the clock by which requests are dated
 */
export function serveBlobs(
  stores: BlobStores,
  accounts: Accounts,
  history: HistorySettings,
): RequestListener {
  const handlers = createHandlers(stores, accounts);
  const { metadata } = stores;
  // Whichever comes first, the outcome is the same: this is the order of their frequency.
  const authenticators = [
    new SharedKeyAuthenticator(accounts, logger),
    new PublicAccessAuthenticator(metadata, logger),
    new AccountSasAuthenticator(accounts, metadata, logger),
    new BlobSasAuthenticator(accounts, metadata, logger),
  ];
  const { authenticate } = AuthenticationMiddlewareFactory.prototype;

  const answer = async (
    context: DispatchedContext,
    request: PlainRequest,
    response: PlainResponse,
  ): Promise<void> => {
    // The host counts only without path style.
    enterContext(
      context,
      unlogged,
      response,
      '',
      request.getPath(),
      throwIfAny,
      skipApiVersionCheck,
      pathStyleOnly,
      isLoose,
    );
    context.startTime = new Date(history.now());
    context.context.isImmutable = history.immutability(context.context.account) !== undefined;
    dispatch.default(context, request, throwIfAny, logger);
    if (!(await authenticate.call({ logger }, context, request, response, authenticators)))
      throw notAuthorized(context);
    const specification = specifications[context.operation];
    if (specification === undefined) throw new Error('the operation has no specification');
    const parameters = await serializing
      .deserialize(context, request, specification, logger)
      .catch((error: unknown) => {
        throw new DeserializationError(error instanceof Error ? error.message : String(error));
      });
    const { handler, method, arguments: names } = handlerOf(context.operation);
    const result = await handlers[handler]?.[method]?.(...names.map((name) => parameters[name]), context);
    if (result === undefined) throw new Error(`there is no handler ${handler}.${method}`);
    await serializing.serialize(context, response, specification, result, logger);
  };

  let azurite: RequestListener | undefined;
  return (request, response) => {
    if (isPlainRequest(request) && request.method !== 'OPTIONS' && request.headers.origin === undefined)
      void serve(request, response, answer);
    else (azurite ??= createAzuriteListener(stores, accounts))(request, response);
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (context: DispatchedContext, request: PlainRequest, response: PlainResponse) => Promise<void>,
): Promise<void> {
  const locals = {};
  Object.assign(response, { locals });
  const incoming = new PlainRequest(request);
  const outgoing = new PlainResponse(response);
  const context = new BlobStorageContext(locals, contextPath, incoming, outgoing);
  try {
    try {
      await answer(context, incoming, outgoing);
    } catch (error) {
      if (response.headersSent) throw error;
      // Those of content that could not be read: a client would wait for bytes that never come.
      for (const name of response.getHeaderNames())
        if (name.startsWith('content-')) response.removeHeader(name);
      errorMiddleware.default(context, error, incoming, outgoing, () => {}, logger);
    }
    response.end();
  } catch {
    // The answer has begun, or cannot be written: the client learns it from the end of the connection.
    request.socket.destroy();
  }
}

function throwIfAny(error?: Error): void {
  if (error !== undefined) throw error;
}

function notAuthorized(context: DispatchedContext): Error {
  return storageError(
    context,
    403,
    'AuthorizationFailure',
    'Server failed to authenticate the request. Make sure the value of the Authorization header is formed correctly ' +
      'including the signature.',
  );
}

type HandlerObject = Readonly<
  Record<string, ((...parameters: readonly unknown[]) => Promise<AzuriteResponse>) | undefined>
>;

/** By their names in Azurite's table of operations. */
function createHandlers(
  { metadata, extents }: BlobStores,
  accounts: Accounts,
): Readonly<Record<string, HandlerObject>> {
  const create = (Handler: HandlerClass, ...parameters: readonly unknown[]) =>
    Reflect.construct(Handler, parameters) as HandlerObject;
  const stores = [metadata, extents, logger, isLoose] as const;
  const ranges = new PageBlobRangesManager();
  const withAccounts = [accounts, undefined, ...stores, pathStyleOnly] as const;
  return {
    appendBlobHandler: create(AppendBlobHandler, ...stores),
    blobHandler: create(BlobHandler, ...stores, ranges),
    blockBlobHandler: create(BlockBlobHandler, ...stores),
    containerHandler: create(ContainerHandler, ...withAccounts),
    pageBlobHandler: create(PageBlobHandler, ...stores, ranges),
    serviceHandler: create(ServiceHandler, ...withAccounts),
  };
}

function createAzuriteListener({ metadata, extents }: BlobStores, accounts: Accounts): RequestListener {
  const accessLog = false;
  return new RequestListenerFactory(
    metadata,
    extents,
    accounts,
    accessLog,
    undefined,
    isLoose,
    skipApiVersionCheck,
    undefined,
    pathStyleOnly,
  ).createRequestListener();
}
