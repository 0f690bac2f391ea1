import { eachWalkThrough } from '../rule.ts';
import { at, type Resource, resourcesOf, type WalkThrough } from '../deployment/walk-through.ts';

/** What every resource of a type has, by the path of the property. */
const ALWAYS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'Microsoft.Storage/storageAccounts': {
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    supportsHttpsTrafficOnly: true,
    minimumTlsVersion: 'TLS1_2',
  },
  'Microsoft.ServiceBus/namespaces': { disableLocalAuth: true, minimumTlsVersion: '1.2' },
  'Microsoft.KeyVault/vaults': { enableRbacAuthorization: true, enableSoftDelete: true },
  'Microsoft.Insights/components': { DisableLocalAuth: true },
  'Microsoft.Web/sites': { httpsOnly: true, 'siteConfig.minTlsVersion': '1.2' },
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': { allow: false },
};

/**
 * No shared keys, no public access, TLS 1.2. In a private network nothing comes in from outside but trusted services,
 * which Event Grid is: it reaches neither the queue nor the container of undelivered events by an endpoint.
 */
export const isClosed = eachWalkThrough((walkThrough) => [
  ...Object.entries(ALWAYS).flatMap(([type, properties]) =>
    resourcesOf(walkThrough, type).flatMap((resource) => others(resource, properties)),
  ),
  ...credentialPolicies(walkThrough),
  ...(walkThrough.parameters['privateNetwork'] === true
    ? ofPrivateNetwork(walkThrough)
    : ofPublicNetwork(walkThrough)),
]);

function others(
  resource: Resource | undefined,
  properties: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.entries(properties)
    .filter(([path, value]) => at(resource, `properties.${path}`) !== value)
    .map(([path, value]) => `${resource?.type} ${resource?.name} has not ${path} ${JSON.stringify(value)}`);
}

function credentialPolicies(walkThrough: WalkThrough): readonly string[] {
  const closed = resourcesOf(walkThrough, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies').map(
    ({ name }) => name.split('/')[1],
  );
  return ['scm', 'ftp']
    .filter((protocol) => !closed.includes(protocol))
    .map((protocol) => `the app takes a password over ${protocol}`);
}

function ofPublicNetwork(walkThrough: WalkThrough): readonly string[] {
  const types = [
    'Microsoft.Storage/storageAccounts',
    'Microsoft.ServiceBus/namespaces',
    'Microsoft.KeyVault/vaults',
  ];
  return [
    ...types.flatMap((type) =>
      resourcesOf(walkThrough, type).flatMap((each) => others(each, { publicNetworkAccess: 'Enabled' })),
    ),
    ...resourcesOf(walkThrough, 'Microsoft.Storage/storageAccounts')
      .filter((account) => at(account, 'properties.networkAcls.defaultAction') === 'Deny')
      .map(({ name }) => `the account ${name} is closed without a private network`),
  ];
}

function ofPrivateNetwork(walkThrough: WalkThrough): readonly string[] {
  const { parameters, outputs } = walkThrough;
  const [namespace] = resourcesOf(walkThrough, 'Microsoft.ServiceBus/namespaces');
  const [rules] = resourcesOf(walkThrough, 'Microsoft.ServiceBus/namespaces/networkRuleSets');
  const sides = [outputs['MIRROR_SOURCE_NAME'], outputs['MIRROR_BACKUP_NAME']];
  const endpoints = resourcesOf(walkThrough, 'Microsoft.Network/privateEndpoints')
    .map((endpoint) => endpoint.name)
    .toSorted();
  const dfsEndpoints =
    parameters['sourceKind'] === 'hierarchical' ? ['pe-backup-lake', 'pe-source-lake'] : [];
  const wanted = ['pe-backup', ...dfsEndpoints, 'pe-queues', 'pe-source', 'pe-state'].toSorted();
  return [
    ...others(rules, { defaultAction: 'Deny', trustedServiceAccessEnabled: true }).map(
      (text) => `${text}, so Event Grid cannot deliver`,
    ),
    ...(at(namespace, 'sku.name') === 'Premium'
      ? []
      : ['the namespace is not Premium, which network rules take']),
    ...resourcesOf(walkThrough, 'Microsoft.Storage/storageAccounts').flatMap((account) =>
      sides.includes(account.name)
        ? others(account, { publicNetworkAccess: 'Disabled' })
        : others(account, { 'networkAcls.defaultAction': 'Deny', 'networkAcls.bypass': 'AzureServices' }),
    ),
    ...resourcesOf(walkThrough, 'Microsoft.KeyVault/vaults').flatMap((vault) =>
      others(vault, { publicNetworkAccess: 'Disabled' }),
    ),
    ...(endpoints.join() === wanted.join()
      ? []
      : [`the private endpoints are ${endpoints.join(', ')}, which should be ${wanted.join(', ')}`]),
    ...resourcesOf(walkThrough, 'Microsoft.Network/privateEndpoints').flatMap(wrongService),
    ...(typeof at(resourcesOf(walkThrough, 'Microsoft.Web/sites')[0], 'properties.virtualNetworkSubnetId') ===
    'string'
      ? []
      : ['the app does not go out through the network']),
  ];
}

/** An endpoint leads to what its name says, by the service that the zone of its name answers for. */
function wrongService(endpoint: Resource): readonly string[] {
  const [connection] = at(endpoint, 'properties.privateLinkServiceConnections') as readonly {
    properties: { privateLinkServiceId: string; groupIds: readonly string[] };
  }[];
  const service = endpoint.name.endsWith('-lake')
    ? 'dfs'
    : endpoint.name === 'pe-queues'
      ? 'namespace'
      : 'blob';
  return connection?.properties.groupIds.join() === service
    ? []
    : [`the endpoint ${endpoint.name} leads to ${connection?.properties.groupIds.join()}, not to ${service}`];
}
