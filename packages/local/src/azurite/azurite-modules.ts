import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  Accounts,
  Authenticator,
  AzuriteError,
  AzuriteResponse,
  BlobDocument,
  BlobTags,
  Conditions,
  Context,
  LocalRequest,
  Metadata,
  PageRange,
} from './azurite-model.ts';
import type { ExtentStore, LeaseState, MetadataStore } from './azurite-stores.ts';
import type { Lease, LeaseProperties } from '../store/blob.ts';

/** A context with the form of the path by which its operation is found: `/container/blob`. */
export interface DispatchedContext extends Context {
  readonly dispatchPattern?: string;
}

export interface RequestWithBody extends LocalRequest {
  getBodyStream(): NodeJS.ReadableStream;
}

/** Azurite's view of a response, or of the part of a batch's. */
export interface LocalResponse {
  setStatusCode(status: number): unknown;
  setHeader(name: string, value: string): unknown;
  setContentType(type: string): unknown;
  getBodyStream(): NodeJS.WritableStream;
}

type Constructor<Parameters extends readonly unknown[], Instance> = new (
  ...parameters: Parameters
) => Instance;
type AccountAuthenticator = Constructor<
  [accounts: Accounts, metadata: MetadataStore, logger: object],
  Authenticator
>;

/** Any parameters and any `this`, since handler methods differ. */
export type HandlerMethod = (this: never, ...parameters: never[]) => Promise<unknown>;

export interface HandlerClass extends Function {
  readonly prototype: Record<string, HandlerMethod | undefined>;
}

type PermissionTable = Map<number, unknown>;

/** How Azurite's library serializes a value. */
export interface ValueMapper {
  readonly serializedName?: string;
  readonly isConstant?: boolean;
  readonly defaultValue?: string;
  readonly required?: boolean;
  readonly headerCollectionPrefix?: string;
  readonly constraints?: object;
  readonly type: {
    readonly name: string;
    readonly allowedValues?: readonly unknown[];
    readonly modelProperties?: Readonly<Record<string, ValueMapper>>;
  };
}

export interface AnswerSpecification {
  readonly headersMapper?: ValueMapper;
  readonly bodyMapper?: ValueMapper;
}

/** A query parameter or header of an operation. */
export interface ParameterSpecification {
  readonly parameterPath: string | readonly string[];
  readonly collectionFormat?: string;
  readonly mapper: ValueMapper & { readonly serializedName: string };
}

/** What can be leased: a blob or a container. */
export interface Leased extends Lease {
  properties: LeaseProperties;
}

type LeaseValidator = Constructor<[conditions?: object], { validate(lease: object, context: Context): void }>;

type ErrorName =
  | 'getAccessTierNotSupportedForBlobType'
  | 'getAppendPositionConditionNotMet'
  | 'getBlobAlreadyExists'
  | 'getBlobArchived'
  | 'getBlobInvalidBlobType'
  | 'getBlobNotFound'
  | 'getBlobSealed'
  | 'getBlockCountExceedsLimit'
  | 'getContainerAlreadyExists'
  | 'getContainerNotFound'
  | 'getInvalidBlobOrBlock'
  | 'getInvalidBlockList'
  | 'getInvalidHeaderValue'
  | 'getInvalidOperation'
  | 'getInvalidPageRange'
  | 'getInvalidPageRange2'
  | 'getMaxBlobSizeConditionNotMet'
  | 'getSnapshotsPresent'
  | 'getSourceConditionNotMet';

/** The parts of an operation's specification that this room reads. */
export interface OperationSpecification {
  readonly httpMethod: string;
  readonly path?: string;
  readonly requestBody?: { readonly mapper: ValueMapper };
  readonly responses: Readonly<Record<string, AnswerSpecification | undefined>>;
  readonly queryParameters?: readonly ParameterSpecification[];
  readonly headerParameters?: readonly ParameterSpecification[];
  readonly serializer: {
    deserialize(mapper: ValueMapper, value: unknown, name: string): unknown;
    serialize(mapper: ValueMapper, value: unknown): unknown;
  };
}

type HandlerName = 'Blob' | 'Container' | 'Service' | 'BlockBlob' | 'AppendBlob' | 'PageBlob';
type HandlerModules = Record<`blob/handlers/${HandlerName}Handler`, { default: HandlerClass }>;

/** The modules of Azurite in use, by their path below dist/src, with the exports used. */
export interface AzuriteModules extends HandlerModules {
  'blob/errors/StorageError': {
    default: Constructor<
      [status: number, code: string, message: string, requestId: string, more?: Record<string, string>],
      AzuriteError
    >;
  };
  'common/Logger': {
    default: object;
  };
  'blob/generated/artifacts/operation': {
    default: Readonly<Record<string, number>> & Readonly<Record<number, string>>;
  };
  'blob/generated/utils/utils': {
    isURITemplateMatch: (url: string, template: string) => boolean;
  };
  'blob/utils/constants': {
    BLOB_API_VERSION: string;
    DEFAULT_CONTEXT_PATH: string;
  };
  'blob/BlobRequestListenerFactory': {
    default: Constructor<
      [
        metadata: MetadataStore,
        extents: ExtentStore,
        accounts: Accounts,
        accessLog: boolean,
        accessLogStream: undefined,
        loose: boolean,
        skipApiVersionCheck: boolean,
        oauth: undefined,
        disableProductStyleUrl: boolean,
      ],
      { createRequestListener(): (request: IncomingMessage, response: ServerResponse) => void }
    >;
  };
  'blob/context/BlobStorageContext': {
    default: Constructor<
      [holder: object, path: string, request?: LocalRequest, response?: LocalResponse],
      DispatchedContext
    >;
  };
  'blob/authentication/AccountSASAuthenticator': {
    default: AccountAuthenticator;
  };
  'blob/authentication/BlobSharedKeyAuthenticator': {
    default: Constructor<[accounts: Accounts, logger: object], Authenticator>;
  };
  'blob/generated/artifacts/mappers': {
    BlobPropertiesInternal: { readonly type: { readonly modelProperties: Record<string, object> } };
    ContainerProperties: { readonly type: { readonly modelProperties: Record<string, object> } };
  };
  'blob/authentication/BlobSASAuthenticator': {
    default: AccountAuthenticator;
  };
  'blob/authentication/PublicAccessAuthenticator': {
    default: Constructor<[metadata: MetadataStore, logger: object], Authenticator>;
  };
  'blob/authentication/BlobTokenAuthenticator': {
    default: Constructor<
      [accounts: Accounts, oauthLevel: unknown, logger: object],
      { authenticateBasic(token: string, context: Context): Promise<boolean> }
    >;
  };
  'blob/handlers/PageBlobRangesManager': {
    default: Constructor<
      [],
      {
        fillZeroRanges(ranges: readonly PageRange[], range: { start: number; end: number }): PageRange[];
      }
    >;
  };
  'blob/errors/StorageErrorFactory': {
    default: Record<ErrorName, (requestId: string, ...more: readonly unknown[]) => AzuriteError>;
  };
  'blob/lease/LeaseFactory': {
    default: { createLeaseState(lease: object, context: Context): LeaseState };
  };
  'blob/lease/BlobLeaseAdapter': { default: Constructor<[blob: Leased], object> };
  'blob/lease/BlobLeaseSyncer': { default: Constructor<[blob: Leased], object> };
  'blob/lease/BlobReadLeaseValidator': { default: LeaseValidator };
  'blob/lease/BlobWriteLeaseSyncer': {
    default: Constructor<[blob: Leased], { sync(lease: object): unknown }>;
  };
  'blob/lease/BlobWriteLeaseValidator': { default: LeaseValidator };
  'blob/lease/ContainerDeleteLeaseValidator': { default: LeaseValidator };
  'blob/lease/ContainerLeaseAdapter': { default: Constructor<[container: Leased], object> };
  'blob/lease/ContainerLeaseSyncer': { default: Constructor<[container: Leased], object> };
  'blob/lease/ContainerReadLeaseValidator': { default: LeaseValidator };
  'blob/authentication/OperationAccountSASPermission': {
    default: PermissionTable;
  };
  'blob/authentication/OperationBlobSASPermission': {
    OPERATION_BLOB_SAS_BLOB_PERMISSIONS: PermissionTable;
    OPERATION_BLOB_SAS_CONTAINER_PERMISSIONS: PermissionTable;
  };
  'blob/conditions/ReadConditionalHeadersValidator': {
    validateReadConditions: (
      context: Context,
      conditions: Conditions | undefined,
      blob: BlobDocument | undefined,
      isSource?: boolean,
    ) => void;
  };
  'blob/conditions/WriteConditionalHeadersValidator': {
    validateWriteConditions: (
      context: Context,
      conditions: Conditions | undefined,
      there: object | null | undefined,
    ) => void;
    validateSequenceNumberWriteConditions: (
      context: Context,
      conditions: object | undefined,
      blob: BlobDocument,
    ) => void;
  };
  'common/utils/utils': {
    getURLQueries: (url: string) => Record<string, string>;
    computeHMACSHA256: (text: string, key: Uint8Array) => string;
    convertRawHeadersToMetadata: (rawHeaders: string[], requestId: string) => Metadata | undefined;
    newEtag: () => string;
  };
  'blob/generated/artifacts/specifications': {
    default: Readonly<Record<number, OperationSpecification | undefined>>;
  };
  'blob/generated/errors/DeserializationError': {
    default: Constructor<[message: string], Error>;
  };
  'blob/generated/handlers/handlerMappers': {
    default: (operation: number) => {
      readonly handler: string;
      readonly method: string;
      readonly arguments: readonly string[];
    };
  };
  'blob/middlewares/blobStorageContext.middleware': {
    internalBlobStorageContextMiddleware: (
      context: DispatchedContext,
      request: LocalRequest,
      response: LocalResponse,
      host: string,
      path: string,
      next: (error?: Error) => void,
      skipApiVersionCheck: boolean,
      disableProductStyleUrl: boolean,
      loose: boolean,
    ) => void;
  };
  'blob/generated/errors/MiddlewareError': {
    default: abstract new () => Error;
  };
  'blob/generated/middleware/dispatch.middleware': {
    default: (
      context: DispatchedContext,
      request: LocalRequest,
      next: (error?: Error) => void,
      logger: object,
    ) => void;
  };
  'blob/generated/middleware/error.middleware': {
    default: (context: Context, error: unknown, ...rest: readonly unknown[]) => void;
  };
  'blob/middlewares/AuthenticationMiddlewareFactory': {
    default: {
      readonly prototype: {
        authenticate: (
          this: unknown,
          context: Context,
          request: LocalRequest,
          ...rest: readonly unknown[]
        ) => Promise<boolean>;
      };
    };
  };
  'blob/middlewares/StrictModelMiddlewareFactory': {
    UnsupportedHeadersBlocker: () => Promise<void>;
  };
  'blob/generated/utils/serializer': {
    deserialize: (
      context: Context,
      request: RequestWithBody,
      specification: OperationSpecification,
      logger: object,
    ) => Promise<Record<string, unknown>>;
    serialize: (
      context: Context,
      response: LocalResponse,
      specification: OperationSpecification,
      answer: AzuriteResponse,
      logger: object,
    ) => Promise<void>;
  };
  'blob/persistence/QueryInterpreter/QueryInterpreter': {
    generateQueryBlobWithTagsWhereFunction: (
      context: Context,
      query: string | undefined,
      conditionHeader?: string,
    ) => (blob: { readonly tags?: BlobTags; readonly containerName?: string }) => unknown[];
  };
  'blob/persistence/QueryInterpreter/QueryParser': {
    default: (
      context: Context,
      query: string,
      conditionHeader?: string,
    ) => { evaluate(values: object): unknown[] };
  };
  'blob/utils/utils': {
    getTagsFromString: (header: string, requestId: string) => BlobTags | undefined;
    toBlobTags: (matches: readonly unknown[]) => BlobTags['blobTagSet'];
    deserializeRangeHeader: (
      range: string | undefined,
      own: string | undefined,
    ) => readonly [number, number] | undefined;
    deserializePageBlobRangeHeader: (
      range: string | undefined,
      own: string | undefined,
    ) => readonly [number, number];
  };
}
