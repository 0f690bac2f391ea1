import { BlobmirrorError } from '../model/errors.ts';
import { type Environment, readOptional } from './environment.ts';

/** `monitor`: where telemetry is sent, besides being readable over HTTP. */
export interface TelemetrySettings {
  readonly monitor: MonitorSettings | undefined;
}

interface MonitorSettings {
  readonly connectionString: string;
  /** The Entra identity for a resource that accepts no key. */
  readonly identity: { readonly clientId: string | undefined } | undefined;
}

const CONNECTION = 'APPLICATIONINSIGHTS_CONNECTION_STRING';
const AUTHENTICATION = 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING';
const INSTRUMENTATION_KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The names of the settings are those of Azure Functions. @throws BlobmirrorError `setting-invalid` */
export function readTelemetrySettings(env: Environment): TelemetrySettings {
  const connectionString = readOptional(env, CONNECTION);
  if (connectionString === undefined) return { monitor: undefined };
  const parts = parseParts(connectionString);
  const endpoint = parts.get('ingestionendpoint');
  if (!INSTRUMENTATION_KEY.test(parts.get('instrumentationkey') ?? '')) throw refuse();
  if (endpoint !== undefined && (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:'))
    throw refuse();
  return { monitor: { connectionString, identity: readIdentity(env) } };
}

/** `ClientId=…;Authorization=AAD` */
function readIdentity(env: Environment): MonitorSettings['identity'] {
  const parts = parseParts(readOptional(env, AUTHENTICATION) ?? '');
  if (parts.get('authorization')?.toUpperCase() !== 'AAD') return undefined;
  return { clientId: parts.get('clientid') || undefined };
}

function refuse(): BlobmirrorError {
  return new BlobmirrorError(
    'setting-invalid',
    `${CONNECTION} is not a connection string of Application Insights; it should be like InstrumentationKey=GUID;IngestionEndpoint=https://REGION.in.applicationinsights.azure.com/`,
  );
}

function parseParts(text: string): Map<string, string> {
  const pairs = text.split(';').map((part) => part.split('='));
  return new Map(pairs.map(([name = '', ...value]) => [name.trim().toLowerCase(), value.join('=').trim()]));
}
