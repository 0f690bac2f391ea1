import { BlobmirrorError } from '../model/errors.ts';

/** App settings, as Azure Functions takes them from the environment. */
export type AppSettings = Readonly<Record<string, string | undefined>>;

/**
 * Replaces every `%NAME%` of a binding by the setting of that name.
 * @param where what holds the value, for the error: `function "mirror", queueName`
 * @throws BlobmirrorError `setting-missing`
 */
export function resolveSettings(text: string, settings: AppSettings, where: string): string {
  return text.replaceAll(/%([^%]+)%/g, (_whole, name: string) => {
    const value = settings[name];
    if (value === undefined || value === '') {
      throw new BlobmirrorError('setting-missing', `Setting ${name} is missing; ${where} asks for it`);
    }
    return value;
  });
}

/**
 * Whether a function is switched off, as in Azure Functions: `AzureWebJobs.NAME.Disabled`, with underscores where a
 * system allows for no dots. learn.microsoft.com/azure/azure-functions/disable-function
 */
export function isDisabled(name: string, settings: AppSettings): boolean {
  return [`AzureWebJobs.${name}.Disabled`, `AzureWebJobs__${name}__Disabled`].some((setting) =>
    /^(true|1)$/i.test(settings[setting] ?? ''),
  );
}

/** How to reach a Service Bus namespace: with a connection string, or with an identity. */
export type ServiceBusConnection =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly namespace: string; readonly clientId: string | undefined };

/**
 * The connection that a binding names, by the rules of the Functions extensions: the setting itself is a connection
 * string, or `NAME__fullyQualifiedNamespace` (and `NAME__clientId` for a user-assigned identity) stand beside it.
 * @throws BlobmirrorError `setting-missing`
 */
export function resolveConnection(name: string, settings: AppSettings, where: string): ServiceBusConnection {
  const connectionString = settings[name];
  if (connectionString) return { kind: 'connection-string', connectionString };
  const namespace = settings[`${name}__fullyQualifiedNamespace`];
  if (namespace) return { kind: 'identity', namespace, clientId: settings[`${name}__clientId`] || undefined };
  throw new BlobmirrorError(
    'setting-missing',
    `Setting ${name} (a Service Bus connection string) or ${name}__fullyQualifiedNamespace is missing; ${where} asks for it`,
  );
}

/** A registration that cannot be run as it is written. The set-up is wrong, so the start stops with this one line. */
export function registrationError(message: string, cause?: unknown): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', message, cause === undefined ? {} : { cause });
}
