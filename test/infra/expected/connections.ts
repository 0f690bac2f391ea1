import { type Expectation, any, byKind, Check, type Context, known, parameter } from './expectation.ts';

const client = known('identity', '.clientId');
const onOff = (name: string, on: string): Expectation => parameter(name, (is) => (is === true ? on : 'off'));
const hasCanary = ({ parameters }: Context): boolean =>
  parameters['canary'] === true && parameters['sourceEndpoint'] === '';
/** A reference to secrets of the vault, each by its address, whatever stands around it. */
const secrets =
  (...names: readonly string[]) =>
  ({ places }: Context) =>
    new Check(`the addresses of the secrets ${names.join(' and ')}`, (value) => {
      const text = String(value);
      const own = [...text.matchAll(/reference\('([^']+)\/secrets\/([\w-]+)', '[\d-]+'\)\.secretUri/g)];
      const other = [
        ...text.matchAll(/\{0\}secrets\/([\w-]+)', reference\('([^']+)', '[\d-]+'\)\.vaultUri/g),
      ];
      const found = [...own.map(([, id, name]) => [id, name]), ...other.map(([, name, id]) => [id, name])];
      return (
        found.map(([, name]) => name).join() === names.join() && found.every(([id]) => id === places.vault)
      );
    });

/** What the app is given for each setting. Settings of the parameter `settings` go before them. */
export function connectionsOf(context: Context): Readonly<Record<string, Expectation>> {
  const { parameters } = context;
  const hasNext = parameters['sourceHasNextSas'] === true;
  const canary = hasCanary(context);
  return {
    AzureWebJobsStorage__blobServiceUri: known('state', '.primaryEndpoints.blob'),
    AzureWebJobsStorage__credential: 'managedidentity',
    AzureWebJobsStorage__clientId: client,
    AzureWebJobsDisableHomepage: 'true',
    AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: parameter('concurrency', String),
    APPLICATIONINSIGHTS_CONNECTION_STRING: known('insights', '.ConnectionString'),
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: known('identity', "'ClientId={0};Authorization=AAD'"),
    BLOBMIRROR_SERVICE_BUS__fullyQualifiedNamespace: known('namespace', '.serviceBusEndpoint'),
    BLOBMIRROR_SERVICE_BUS__credential: 'managedidentity',
    BLOBMIRROR_SERVICE_BUS__clientId: client,
    BLOBMIRROR_STATE__blobServiceUri: known('state', '.primaryEndpoints.blob'),
    BLOBMIRROR_STATE__clientId: client,
    ...(parameters['sourceEndpoint'] === ''
      ? {
          BLOBMIRROR_SOURCE__blobServiceUri: known('source', '.primaryEndpoints.blob'),
          BLOBMIRROR_SOURCE__clientId: client,
        }
      : {
          BLOBMIRROR_SOURCE: secrets('source'),
          BLOBMIRROR_KEY_VAULT_SECRETS: hasNext ? secrets('source', 'source-secondary') : secrets('source'),
          BLOBMIRROR_KEY_VAULT_SECRETS__clientId: client,
          ...(hasNext ? { BLOBMIRROR_SOURCE__secondary: secrets('source-secondary') } : {}),
        }),
    // Where only Azure knows the kind of the source, whether the backup is of that kind stands around it.
    BLOBMIRROR_BACKUP__blobServiceUri:
      context.isLake === undefined
        ? new Check('the backup, if it is of the kind of the source', (value) =>
            /^\[if\(equals\(.*, reference\(resourceId\('Microsoft\.Storage\/storageAccounts', parameters\('accountName'\)\), '[\d-]+'\)\.primaryEndpoints\.blob, fail\(/.test(
              String(value),
            ),
          )
        : known('backup', '.primaryEndpoints.blob'),
    BLOBMIRROR_BACKUP__clientId: client,
    BLOBMIRROR_EVENTS_QUEUE: 'storage-events',
    BLOBMIRROR_RECONCILE_QUEUE: 'reconcile',
    BLOBMIRROR_RECONCILE_SCHEDULE: parameter('reconcileSchedule'),
    BLOBMIRROR_DELETES: parameter('deletes'),
    BLOBMIRROR_TIER: parameter('tier'),
    BLOBMIRROR_TAGS: onOff('mirrorTags', 'mirror'),
    BLOBMIRROR_ACL: onOff('mirrorAcl', 'mirror'),
    BLOBMIRROR_NAMESPACE: byKind('hierarchical', 'flat'),
    BLOBMIRROR_CANARY: canary ? 'on' : 'off',
    BLOBMIRROR_CANARY_CONTAINER: canary ? 'blobmirror-canary' : '',
    // The rule "events" compares it with the subscription.
    BLOBMIRROR_EVENT_GRID_DEAD_LETTERS: any,
    BLOBMIRROR_HEALTH_LIVE_MINUTES: parameter('liveMinutes', String),
  };
}
