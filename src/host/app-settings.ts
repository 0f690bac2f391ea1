import { BlobmirrorError } from '../model/errors.ts';

/** The app settings of Azure Functions: environment variables. */
export type AppSettings = Readonly<Record<string, string | undefined>>;

/**
 * Replaces each `%NAME%` of a binding by the setting of that name.
 * @param where the place of the value, for the error: `function "mirror", queueName`
 * @throws BlobmirrorError `setting-missing`
 */
export function resolveSettings(text: string, settings: AppSettings, where: string): string {
  return text.replaceAll(/%([^%]+)%/g, (_whole, name: string) => {
    const value = settings[name];
    if (value === undefined || value === '') {
      throw new BlobmirrorError('setting-missing', `Setting ${name} is missing; ${where} needs it`);
    }
    return value;
  });
}

/**
 * Whether a function is disabled, as in Azure Functions: `AzureWebJobs.NAME.Disabled`, with underscores on systems that
 * allow no dots. learn.microsoft.com/azure/azure-functions/disable-function
 */
export function isDisabled(name: string, settings: AppSettings): boolean {
  return [`AzureWebJobs.${name}.Disabled`, `AzureWebJobs__${name}__Disabled`].some((setting) =>
    /^(true|1)$/i.test(settings[setting] ?? ''),
  );
}

export type ServiceBusConnection =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly namespace: string; readonly clientId: string | undefined };

/**
 * The connection that a binding names, by the rules of the Functions extensions: NAME is a connection string, or
 * `NAME__fullyQualifiedNamespace` (and `NAME__clientId` for a user-assigned identity) are set.
 * @throws BlobmirrorError `setting-missing`
 */
export function resolveConnection(name: string, settings: AppSettings, where: string): ServiceBusConnection {
  const connectionString = settings[name];
  if (connectionString) return { kind: 'connection-string', connectionString };
  const namespace = settings[`${name}__fullyQualifiedNamespace`];
  if (namespace) return { kind: 'identity', namespace, clientId: settings[`${name}__clientId`] || undefined };
  throw new BlobmirrorError(
    'setting-missing',
    `Setting ${name} (a Service Bus connection string) or ${name}__fullyQualifiedNamespace is missing; ${where} needs it`,
  );
}

/** The error of a registration that the host cannot run as Azure would. It stops the start. */
export function registrationError(message: string, cause?: unknown): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', message, cause === undefined ? {} : { cause });
}
