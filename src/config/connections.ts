import { BlobmirrorError } from '../model/errors.ts';
import { isServiceVersion, SERVICE_VERSIONS, type ServiceVersion } from '../model/service-version.ts';
import { accountOfEndpoint, spellingOfEndpoint } from './account-endpoint.ts';
import { type Environment, holdsSecret, readOptional, shown } from './environment.ts';

/** A storage account: by connection string, or by endpoint and identity. */
export type StorageConnection = {
  /** In lower case. */
  readonly accountName: string;
  /** The x-ms-version of all requests. Undefined for the newest that the account accepts. */
  readonly apiVersion?: ServiceVersion;
} & (
  | {
      readonly connectionString: string;
      /** With a second SAS, which takes over when the first one has ended. */
      readonly secondary?: string;
    }
  | { readonly blobServiceUri: string; readonly clientId: string | undefined }
);

/** A Service Bus namespace: by connection string, or by host name and identity. */
export type ServiceBusConnection =
  | { readonly connectionString: string }
  | { readonly fullyQualifiedNamespace: string; readonly clientId: string | undefined };

/** @throws BlobmirrorError `setting-missing` or `setting-invalid` */
export function parseStorageConnection(env: Environment, name: string): StorageConnection {
  const apiVersion = readApiVersion(env, `${name}__apiVersion`);
  const connection = parseConnection(env, name);
  const second = readOptional(env, `${name}__secondary`);
  return {
    ...connection,
    ...(second !== undefined && {
      secondary: parseSecondary(`${name}__secondary`, name, connection, second),
    }),
    ...(apiVersion !== undefined && { apiVersion }),
  };
}

/** A second connection string for the same account, where both hold a SAS. */
function parseSecondary(setting: string, name: string, first: StorageConnection, text: string): string {
  const isSas = (parts: ReadonlyMap<string, string>): boolean =>
    parts.has('sharedaccesssignature') && !parts.has('accountkey');
  if (!('connectionString' in first) || !isSas(parseParts(first.connectionString)))
    throw invalid(`${setting} is set, but ${name} holds no SAS; a second one takes the place of a SAS only`);
  refuseReference(setting, text);
  if (!isSas(parseParts(text)))
    throw invalid(
      `${setting} is no connection string with a SAS; it should be like BlobEndpoint=${LIKE_ENDPOINT};SharedAccessSignature=SAS`,
    );
  const second = parseConnection({ [setting]: text }, setting);
  if (!isSameAccount(first, second))
    throw invalid(
      `${setting} is for the account ${second.accountName}; it should be for ${first.accountName}, as ${name} is`,
    );
  return text;
}

/** Whether two connections reach one account, however it is spelt: by name, or by endpoint. */
export function isSameAccount(one: StorageConnection, other: StorageConnection): boolean {
  return (
    one.accountName === other.accountName ||
    spellingOfEndpoint(endpointOf(one)) === spellingOfEndpoint(endpointOf(other))
  );
}

function endpointOf(connection: StorageConnection): string {
  if ('blobServiceUri' in connection) return connection.blobServiceUri;
  const parts = parseParts(connection.connectionString);
  const suffix = parts.get('endpointsuffix') ?? 'core.windows.net';
  return parts.get('blobendpoint') ?? `https://${connection.accountName}.blob.${suffix}`;
}

const LIKE_ENDPOINT = 'https://ACCOUNT.blob.core.windows.net';
const ACCOUNT_NAME = /^[a-z0-9]{1,24}$/;

function parseConnection(env: Environment, name: string): StorageConnection {
  const { text, uri, clientId } = readEither(env, name, 'blobServiceUri', 'a storage connection string');
  if (text === undefined) return { accountName: accountOfUri(name, uri), blobServiceUri: uri, clientId };
  refuseReference(name, text);
  const parts = parseParts(text);
  const endpoint = parts.get('blobendpoint');
  const ofEndpoint = accountOfEndpoint(endpoint);
  const accountName = parts.get('accountname')?.toLowerCase() ?? ofEndpoint;
  if (accountName === undefined || !(parts.has('accountkey') || parts.has('sharedaccesssignature'))) {
    throw invalid(
      isUrlOrSas(text)
        ? `${name} is a URL or a SAS and no connection string; ${withSas('it should be ', text)}, or set ${name}__blobServiceUri to the endpoint alone to use an Entra identity`
        : `${name} is not a storage connection string; it should hold AccountName and AccountKey, or SharedAccessSignature and a BlobEndpoint like ${LIKE_ENDPOINT}`,
    );
  }
  if (!ACCOUNT_NAME.test(accountName))
    throw invalid(`${name} has an AccountName that should be lower-case letters and digits only`);
  if (endpoint !== undefined && (!URL.canParse(endpoint) || /\.dfs\./i.test(new URL(endpoint).hostname)))
    throw invalid(`${name} has a BlobEndpoint that should be like ${LIKE_ENDPOINT}`);
  if (ofEndpoint !== undefined && ofEndpoint !== accountName)
    throw invalid(
      `${name} has the AccountName ${accountName} and a BlobEndpoint of the account ${ofEndpoint}; both should name the same account`,
    );
  return { accountName, connectionString: text };
}

/** What App Service leaves in the place of a value that it could not read: learn.microsoft.com/azure/app-service/app-service-key-vault-references */
function refuseReference(name: string, text: string): void {
  if (!text.startsWith('@Microsoft.KeyVault(')) return;
  throw invalid(
    `${name} is a reference to Key Vault that was not resolved; the secret should be there and enabled, the identity of the app should have the role Key Vault Secrets User on it, and the app should reach the vault`,
  );
}

function isUrlOrSas(text: string): boolean {
  return /^(?:https?:\/\/|\?)/i.test(text) || /^[?&]?(?:\w+=[^&;]*&)+\w+=[^&;]*$/.test(text);
}

/** How to give a SAS, for the account of a URL if it names one. Nothing else of the text is shown. */
function withSas(lead: string, text: string): string {
  const endpoint = `https://${accountOfEndpoint(text) ?? 'ACCOUNT'}.blob.core.windows.net`;
  return `${lead}BlobEndpoint=${endpoint};SharedAccessSignature=SAS`;
}

function readApiVersion(env: Environment, name: string): ServiceVersion | undefined {
  const text = readOptional(env, name);
  if (text === undefined || isServiceVersion(text)) return text;
  throw invalid(`${name} is ${shown(text)}; it should be one of ${SERVICE_VERSIONS.join(', ')}`);
}

const HOST_NAME = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+\.?$/i;

/** @throws BlobmirrorError `setting-missing` or `setting-invalid` */
export function parseServiceBusConnection(env: Environment, name: string): ServiceBusConnection {
  const { text, uri, clientId } = readEither(
    env,
    name,
    'fullyQualifiedNamespace',
    'a Service Bus connection string',
  );
  if (text === undefined) {
    if (HOST_NAME.test(uri)) return { fullyQualifiedNamespace: uri, clientId };
    throw invalid(
      `${name}__fullyQualifiedNamespace is ${shown(uri)}; it should be a host name like NAMESPACE.servicebus.windows.net; a connection string belongs in ${name}`,
    );
  }
  const parts = parseParts(text);
  const hasKey = parts.has('sharedaccesskeyname') && parts.has('sharedaccesskey');
  const endpoint = parts.get('endpoint');
  if (endpoint === undefined || !(hasKey || parts.has('sharedaccesssignature')))
    throw invalid(
      `${name} is not a Service Bus connection string; it should hold Endpoint, SharedAccessKeyName and SharedAccessKey`,
    );
  if (!/^sb:\/\/[^/?#@\s]+\/?$/i.test(endpoint) || !URL.canParse(endpoint))
    throw invalid(`${name} has an Endpoint that should be like sb://NAMESPACE.servicebus.windows.net/`);
  return { connectionString: text };
}

type Either =
  | { readonly text: string; readonly uri: undefined; readonly clientId: undefined }
  | { readonly text: undefined; readonly uri: string; readonly clientId: string | undefined };

function readEither(env: Environment, name: string, property: string, meaning: string): Either {
  const text = readOptional(env, name);
  const uri = readOptional(env, `${name}__${property}`);
  if (text !== undefined && uri !== undefined)
    throw invalid(`${name} and ${name}__${property} are both set; set only one of them`);
  if (text !== undefined) return { text, uri: undefined, clientId: undefined };
  if (uri !== undefined) return { text: undefined, uri, clientId: readOptional(env, `${name}__clientId`) };
  throw new BlobmirrorError(
    'setting-missing',
    `${name} is not set; it should be ${meaning} (or set ${name}__${property})`,
  );
}

function parseParts(text: string): Map<string, string> {
  const pairs = text.split(';').filter((part) => part.includes('='));
  return new Map(
    pairs.map((part) => [
      part.slice(0, part.indexOf('=')).trim().toLowerCase(),
      part.slice(part.indexOf('=') + 1).trim(),
    ]),
  );
}

/** The account of NAME__blobServiceUri. Anything after the account would be sent with every request, or be shown. */
function accountOfUri(name: string, uri: string): string {
  const setting = `${name}__blobServiceUri`;
  if (holdsSecret(uri) || /[?#@]/.test(uri))
    throw invalid(
      `${setting} holds a key, a SAS or another query, which is not shown; it should be the endpoint alone, like ${LIKE_ENDPOINT}; ${withSas(`a SAS belongs in ${name}, as `, uri)}`,
    );
  const account = accountOfEndpoint(uri);
  const rest = account === undefined ? '' : new URL(uri).pathname.replace(/\/+$/, '');
  if (account !== undefined && (rest === '' || rest === `/${account}` || rest === `/${account}-secondary`))
    return account;
  throw invalid(`${setting} is ${shown(uri)}; it should be like ${LIKE_ENDPOINT}`);
}

/** The secrets of Key Vault whose end health watches. Their values come by references, as values of other settings. */
export interface KeyVaultSettings {
  /** Addresses. */
  readonly secrets: readonly string[];
  /** Of the user-assigned identity that reads them. */
  readonly clientId: string | undefined;
}

const SECRETS = 'BLOBMIRROR_KEY_VAULT_SECRETS';
/** The domains of all clouds begin with `vault.`. */
const SECRET_URI =
  /^https:\/\/[a-z0-9-]{3,24}\.vault\.[a-z0-9.-]+\/secrets\/[a-z0-9-]{1,127}(?:\/[a-f0-9]{32})?\/?$/i;

/** @throws BlobmirrorError `setting-invalid` */
export function readKeyVaultSettings(env: Environment): KeyVaultSettings {
  const secrets = (readOptional(env, SECRETS) ?? '').split(/[;\s]+/).filter((item) => item !== '');
  const wrong = secrets.find((item) => !SECRET_URI.test(item));
  if (wrong === undefined) return { secrets, clientId: readOptional(env, `${SECRETS}__clientId`) };
  throw invalid(
    `${SECRETS} holds ${holdsSecret(wrong) ? 'a secret, which is not shown' : shown(wrong)}; it should be addresses like https://VAULT.vault.azure.net/secrets/NAME, with semicolons between them`,
  );
}

function invalid(message: string): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', message);
}
