/**
 * What Azure Functions does differently from our host, so that tests can run under it: `FUNCTIONS_HOST_BEHAVIOR=azure`.
 * docs/decisions/22-the-real-functions-host.md says where each difference is known from.
 */
import { type LogLevel, type RpcRequest, type RpcResponse, logAt } from './functions-core.ts';
import type { AppSettings } from './app-settings.ts';
import type { Logger } from '../telemetry/logger.ts';

export function isAsAzure(settings: AppSettings): boolean {
  return settings['FUNCTIONS_HOST_BEHAVIOR'] === 'azure';
}

export async function toRpcRequest(
  request: Request,
  params: Readonly<Record<string, string>>,
): Promise<RpcRequest> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  return {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    query: Object.fromEntries(new URL(request.url).searchParams),
    params,
    ...(bytes.length > 0 && { body: { bytes } }),
  };
}

/** The answer of an HTTP function, undefined when it returned nothing. */
export function fromRpcResponse({ returnValue }: RpcResponse): object | undefined {
  const http = returnValue?.http;
  if (http === undefined) return undefined;
  const { statusCode = '200', headers = {}, body } = http;
  return { status: Number(statusCode), headers, body: body?.bytes ?? body?.string };
}

/**
 * The metadata of a message: times of UTC without a zone, others with it, and every member of a body that is an object,
 * not only those that overwrite something.
 *
 * @param fields by their names in .NET
 * @param members of the body
 */
export function toAzureFields(
  fields: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const shaped: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!(value instanceof Date)) {
      shaped[name] = value;
      continue;
    }
    const withoutZone = value.toISOString().slice(0, -1);
    shaped[name] = withoutZone;
    shaped[name.replace(/Utc$/, '')] = `${withoutZone}+00:00`;
  }
  const known = new Set(Object.keys(shaped).map((name) => name.toLowerCase()));
  for (const [name, value] of Object.entries(members))
    if (!known.has(name.toLowerCase()) && value !== null && !Array.isArray(value))
      shaped[name] = typeof value === 'object' ? value : `${value as string | number | boolean}`;
  return shaped;
}

/** Logs a line of the app at the level with which it came, with the fields that it holds. */
export function relayLine(log: Logger, level: LogLevel, line: string): void {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    logAt(log, level, line);
    return;
  }
  const { level: _, time: __, msg, ...others } = fields;
  logAt(log, level, String(msg), others);
}
