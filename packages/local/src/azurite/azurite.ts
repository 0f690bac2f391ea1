import { createRequire, Module } from 'node:module';
import type { AzuriteError, Context } from './azurite-model.ts';
import type { AzuriteModules, HandlerClass, HandlerMethod } from './azurite-modules.ts';

/**
 * The internals of Azurite that this room builds on, loaded in one place.
 *
 * Azurite has no public programming interface and is CommonJS, so its modules are required by path. Nothing
 * else in the project may load Azurite. Every internal is checked when this module loads, so that a version
 * with different internals fails at the start and not during a write. Works with 3.35.0 and 3.37.0.
 */

const load = createRequire(createRequire(import.meta.url).resolve('azurite/package.json'));
loadWithoutTelemetry();

/**
 * Azurite's telemetry is never started here, and loading its library takes longer than loading all the rest of
 * Azurite. So Azurite gets an empty object in its place; any other code of the process still gets the library.
 */
function loadWithoutTelemetry(): void {
  const library = load.resolve('applicationinsights');
  const loaded = load.cache[library];
  const empty = new Module(library);
  empty.loaded = true;
  load.cache[library] = empty;
  load('./dist/src/common/Telemetry.js');
  if (loaded === undefined) Reflect.deleteProperty(load.cache, library);
  else load.cache[library] = loaded;
}

function member<Module extends keyof AzuriteModules, Name extends string & keyof AzuriteModules[Module]>(
  module: Module,
  name: Name,
): AzuriteModules[Module][Name] {
  const exports: unknown = load(`./dist/src/${module}.js`);
  const value: unknown =
    typeof exports === 'object' && exports !== null ? Reflect.get(exports, name) : undefined;
  if (!isMember(module, name, value))
    throw new Error(`This version of Azurite does not fit: ${module} lacks ${name}`);
  return value;
}

function moduleWith<Module extends keyof AzuriteModules>(
  module: Module,
  name: string & keyof AzuriteModules[Module],
): AzuriteModules[Module] {
  member(module, name);
  return load(`./dist/src/${module}.js`) as AzuriteModules[Module];
}

/** Checks the shape; azurite-modules.ts describes it from reading Azurite's code. */
function isMember<Module extends keyof AzuriteModules, Name extends keyof AzuriteModules[Module]>(
  _module: Module,
  _name: Name,
  value: unknown,
): value is AzuriteModules[Module][Name] {
  return value !== undefined;
}

export const logger = member('common/Logger', 'default');
/** Names to numbers and numbers to names. */
export const operations = member('blob/generated/artifacts/operation', 'default');
/** The key in `response.locals` that holds a request's context. */
export const contextPath = member('blob/utils/constants', 'DEFAULT_CONTEXT_PATH');
export const API_VERSION = member('blob/utils/constants', 'BLOB_API_VERSION');
const StorageError = member('blob/errors/StorageError', 'default');
export const RequestListenerFactory = member('blob/BlobRequestListenerFactory', 'default');
/** Reads the account, container and blob of a request. */
export const enterContext = member(
  'blob/middlewares/blobStorageContext.middleware',
  'internalBlobStorageContextMiddleware',
);
/** The handler of an operation, its method and the names of the method's parameters. */
export const handlerOf = member('blob/generated/handlers/handlerMappers', 'default');
export const BlobStorageContext = member('blob/context/BlobStorageContext', 'default');
export const AccountSasAuthenticator = member('blob/authentication/AccountSASAuthenticator', 'default');
export const BlobSasAuthenticator = member('blob/authentication/BlobSASAuthenticator', 'default');
export const SharedKeyAuthenticator = member('blob/authentication/BlobSharedKeyAuthenticator', 'default');
export const listedProperties = member('blob/generated/artifacts/mappers', 'BlobPropertiesInternal');
export const containerProperties = member('blob/generated/artifacts/mappers', 'ContainerProperties');
export const PublicAccessAuthenticator = member('blob/authentication/PublicAccessAuthenticator', 'default');
export const TokenAuthenticator = member('blob/authentication/BlobTokenAuthenticator', 'default');
export const PageBlobRangesManager = member('blob/handlers/PageBlobRangesManager', 'default');
export const BlobHandler = member('blob/handlers/BlobHandler', 'default');
export const ContainerHandler = member('blob/handlers/ContainerHandler', 'default');
export const ServiceHandler = member('blob/handlers/ServiceHandler', 'default');
export const BlockBlobHandler = member('blob/handlers/BlockBlobHandler', 'default');
export const AppendBlobHandler = member('blob/handlers/AppendBlobHandler', 'default');
export const PageBlobHandler = member('blob/handlers/PageBlobHandler', 'default');
export const accountSasPermissions = member('blob/authentication/OperationAccountSASPermission', 'default');
export const blobSasPermissions = member(
  'blob/authentication/OperationBlobSASPermission',
  'OPERATION_BLOB_SAS_BLOB_PERMISSIONS',
);
export const containerSasPermissions = member(
  'blob/authentication/OperationBlobSASPermission',
  'OPERATION_BLOB_SAS_CONTAINER_PERMISSIONS',
);
export const validateReadConditions = member(
  'blob/conditions/ReadConditionalHeadersValidator',
  'validateReadConditions',
);
export const validateWriteConditions = member(
  'blob/conditions/WriteConditionalHeadersValidator',
  'validateWriteConditions',
);
export const validateSequenceNumberConditions = member(
  'blob/conditions/WriteConditionalHeadersValidator',
  'validateSequenceNumberWriteConditions',
);
/** Each takes the request id first. */
export const errors = member('blob/errors/StorageErrorFactory', 'default');
export const LeaseFactory = member('blob/lease/LeaseFactory', 'default');
export const BlobLeaseAdapter = member('blob/lease/BlobLeaseAdapter', 'default');
export const BlobLeaseSyncer = member('blob/lease/BlobLeaseSyncer', 'default');
export const BlobReadLeaseValidator = member('blob/lease/BlobReadLeaseValidator', 'default');
export const BlobWriteLeaseSyncer = member('blob/lease/BlobWriteLeaseSyncer', 'default');
export const BlobWriteLeaseValidator = member('blob/lease/BlobWriteLeaseValidator', 'default');
export const ContainerDeleteLeaseValidator = member('blob/lease/ContainerDeleteLeaseValidator', 'default');
export const ContainerLeaseAdapter = member('blob/lease/ContainerLeaseAdapter', 'default');
export const ContainerLeaseSyncer = member('blob/lease/ContainerLeaseSyncer', 'default');
export const ContainerReadLeaseValidator = member('blob/lease/ContainerReadLeaseValidator', 'default');
/** Azurite's own, which loses some names: `metadataOf` in metadata-names.ts keeps all. */
export const validMetadataOf = member('common/utils/utils', 'convertRawHeadersToMetadata');
export const tagsOf = member('blob/utils/utils', 'getTagsFromString');
export const toBlobTags = member('blob/utils/utils', 'toBlobTags');
export const newETag = member('common/utils/utils', 'newEtag');

/** Modules whose functions are called as members of the module, so that a member can be replaced. */
export const dispatching = moduleWith('blob/generated/utils/utils', 'isURITemplateMatch');
export const commonUtils = moduleWith('common/utils/utils', 'computeHMACSHA256');
export const serializing = moduleWith('blob/generated/utils/serializer', 'serialize');
export const tagQueries = moduleWith(
  'blob/persistence/QueryInterpreter/QueryInterpreter',
  'generateQueryBlobWithTagsWhereFunction',
);
export const rangeHeaders = moduleWith('blob/utils/utils', 'deserializeRangeHeader');
export const parseTagQuery = member('blob/persistence/QueryInterpreter/QueryParser', 'default');

export const specifications = member('blob/generated/artifacts/specifications', 'default');
export const DeserializationError = member('blob/generated/errors/DeserializationError', 'default');
export const MiddlewareError = member('blob/generated/errors/MiddlewareError', 'default');
export const AuthenticationMiddlewareFactory = member(
  'blob/middlewares/AuthenticationMiddlewareFactory',
  'default',
);
export const dispatch = moduleWith('blob/generated/middleware/dispatch.middleware', 'default');
export const errorMiddleware = moduleWith('blob/generated/middleware/error.middleware', 'default');
export const strictModel = moduleWith(
  'blob/middlewares/StrictModelMiddlewareFactory',
  'UnsupportedHeadersBlocker',
);

/** The query parameters of an operation; `value` where only one value is allowed. */
export function operationParameters(
  operation: number,
): readonly { readonly name: string; readonly value: string | undefined }[] {
  return (specifications[operation]?.queryParameters ?? []).map(({ mapper }) => ({
    name: mapper.serializedName,
    value: mapper.isConstant === true ? mapper.defaultValue : undefined,
  }));
}

/** Replaces one method of a handler class. Applies to every server of the process, so it is done once per process. */
export function replaceHandlerMethod(
  handler: HandlerClass,
  name: string,
  replacement: (original: HandlerMethod) => HandlerMethod,
): void {
  const original = handler.prototype[name];
  if (typeof original !== 'function')
    throw new Error(`This version of Azurite does not fit: a handler lacks ${name}`);
  handler.prototype[name] = replacement(original);
}

/** An error that Azurite sends unchanged. The message reaches the client: no secrets in it. */
export function storageError(
  context: Pick<Context, 'contextId'>,
  status: number,
  code: string,
  message: string,
  more: Record<string, string> = {},
): AzuriteError {
  // The message may repeat what a client sent. Azurite fails on what its XML cannot hold.
  const inXml = (text: string) => text.replace(/\p{Cc}|[\p{Surrogate}\uFFFE\uFFFF]/gu, '\uFFFD');
  const details = Object.entries(more).map(([name, value]) => [name, inXml(value)] as const);
  return new StorageError(status, code, inXml(message), context.contextId, Object.fromEntries(details));
}

export function isAzuriteError(error: unknown): error is AzuriteError {
  return error instanceof Error && 'storageErrorCode' in error && 'statusCode' in error;
}
