import {
  any,
  byKind,
  Check,
  type Context,
  type Expectation,
  idOf,
  inPrivate,
  known,
  maybe,
  parameter,
} from './expectation.ts';

/** Properties of a type of resource by their paths; `[]` is each item. No resource has any that is not here. */
type Properties = Readonly<Record<string, Expectation>>;

/** Where it is not said otherwise. */
export const EVERYWHERE: Properties = {
  location: maybe(parameter('location')),
  'tags.azd-env-name': maybe(parameter('environmentName')),
};
const GLOBAL = { location: 'global' };
const regionOf =
  (side: string) =>
  ({ parameters }: Context) =>
    String(parameters[`${side}Location`] === '' ? parameters['location'] : parameters[`${side}Location`]);

const ACCOUNT: Properties = {
  kind: 'StorageV2',
  allowBlobPublicAccess: false,
  allowSharedKeyAccess: false,
  defaultToOAuthAuthentication: true,
  minimumTlsVersion: 'TLS1_2',
  supportsHttpsTrafficOnly: true,
};
const MIRRORED: Properties = {
  ...ACCOUNT,
  'sku.name': parameter('accountSku'),
  accessTier: 'Hot',
  isHnsEnabled: byKind(true, false),
  publicNetworkAccess: inPrivate('Disabled', 'Enabled'),
};
const isImmutable = ({ parameters, isLake }: Context): boolean =>
  Number(parameters['immutabilityDays']) > 0 && isLake !== true;
const whereImmutable =
  (value: Expectation): Expectation =>
  (context) =>
    isImmutable(context) ? (typeof value === 'function' ? value(context) : value) : null;
/** As long as soft deletion and immutability keep what was overwritten. */
const longest = ({ parameters }: Context): number =>
  Math.max(Number(parameters['softDeleteDays']), Number(parameters['immutabilityDays']));
const immutable = 'immutableStorageWithVersioning';
const rule = 'policy.rules[]';

const STORAGE: Readonly<Record<string, Properties>> = {
  'Microsoft.Storage/storageAccounts of state': {
    ...ACCOUNT,
    'sku.name': 'Standard_LRS',
    publicNetworkAccess: 'Enabled',
    'networkAcls.bypass': 'AzureServices',
    'networkAcls.defaultAction': inPrivate('Deny', 'Allow'),
  },
  'Microsoft.Storage/storageAccounts of source': { ...MIRRORED, location: regionOf('source') },
  'Microsoft.Storage/storageAccounts of backup': {
    ...MIRRORED,
    location: regionOf('backup'),
    [immutable]: maybe(null),
    [`${immutable}.enabled`]: whereImmutable(true),
    [`${immutable}.immutabilityPolicy.state`]: whereImmutable('Unlocked'),
    [`${immutable}.immutabilityPolicy.immutabilityPeriodSinceCreationInDays`]: whereImmutable(
      parameter('immutabilityDays'),
    ),
    [`${immutable}.immutabilityPolicy.allowProtectedAppendWrites`]: whereImmutable(false),
  },
  'Microsoft.Storage/storageAccounts/blobServices of state': {
    'deleteRetentionPolicy.enabled': true,
    'deleteRetentionPolicy.days': 7,
  },
  'Microsoft.Storage/storageAccounts/blobServices of backup': {
    isVersioningEnabled: byKind(false, true),
    'deleteRetentionPolicy.enabled': true,
    'deleteRetentionPolicy.days': parameter('softDeleteDays'),
    'containerDeleteRetentionPolicy.enabled': true,
    'containerDeleteRetentionPolicy.days': parameter('softDeleteDays'),
  },
  'Microsoft.Storage/storageAccounts/blobServices/containers of state': {},
  'Microsoft.Storage/storageAccounts/blobServices/containers of source': {},
  'Microsoft.Storage/storageAccounts/managementPolicies of backup': {
    [`${rule}.name`]: any,
    [`${rule}.type`]: 'Lifecycle',
    [`${rule}.enabled`]: true,
    [`${rule}.definition.filters.blobTypes`]: ['blockBlob', 'appendBlob'],
    [`${rule}.definition.actions.version.delete.daysAfterCreationGreaterThan`]: longest,
  },
};

const EVENTS: Readonly<Record<string, Properties>> = {
  'Microsoft.ServiceBus/namespaces': {
    'sku.name': inPrivate('Premium', 'Standard'),
    'sku.tier': inPrivate('Premium', 'Standard'),
    'sku.capacity': (context) => inPrivate(parameter('messagingUnits')(context), null)(context),
    disableLocalAuth: true,
    minimumTlsVersion: '1.2',
    publicNetworkAccess: 'Enabled',
  },
  'Microsoft.ServiceBus/namespaces/networkRuleSets': {
    publicNetworkAccess: 'Enabled',
    defaultAction: 'Deny',
    trustedServiceAccessEnabled: true,
  },
  // The rule "queues" compares them with the embedded ones.
  'Microsoft.ServiceBus/namespaces/queues': {
    lockDuration: any,
    maxDeliveryCount: any,
    defaultMessageTimeToLive: any,
    deadLetteringOnMessageExpiration: any,
    requiresDuplicateDetection: any,
    duplicateDetectionHistoryTimeWindow: any,
    requiresSession: any,
    maxSizeInMegabytes: 5120,
  },
  'Microsoft.EventGrid/systemTopics': {
    location: known('source', 'location'),
    'identity.type': 'SystemAssigned',
    source: idOf('source'),
    topicType: 'Microsoft.Storage.StorageAccounts',
  },
  'Microsoft.EventGrid/systemTopics/eventSubscriptions': {
    eventDeliverySchema: 'EventGridSchema',
    'deliveryWithResourceIdentity.identity.type': 'SystemAssigned',
    'deliveryWithResourceIdentity.destination.endpointType': 'ServiceBusQueue',
    'deliveryWithResourceIdentity.destination.properties.resourceId': any,
    'deadLetterWithResourceIdentity.identity.type': 'SystemAssigned',
    'deadLetterWithResourceIdentity.deadLetterDestination.endpointType': 'StorageBlob',
    'deadLetterWithResourceIdentity.deadLetterDestination.properties.resourceId': any,
    'deadLetterWithResourceIdentity.deadLetterDestination.properties.blobContainerName': any,
    'filter.includedEventTypes': any,
    'filter.subjectBeginsWith': parameter('eventSubjectPrefix'),
    // The most that Event Grid has of each.
    'retryPolicy.maxDeliveryAttempts': 30,
    'retryPolicy.eventTimeToLiveInMinutes': 1440,
  },
  'Microsoft.Insights/diagnosticSettings': {
    workspaceId: idOf('workspace'),
    'logs[].category': 'DeliveryFailures',
    'logs[].enabled': true,
  },
};

const MONITORING: Readonly<Record<string, Properties>> = {
  'Microsoft.OperationalInsights/workspaces': {
    'sku.name': 'PerGB2018',
    retentionInDays: parameter('retentionDays'),
  },
  'Microsoft.Insights/components': {
    kind: 'web',
    Application_Type: 'web',
    WorkspaceResourceId: idOf('workspace'),
    DisableLocalAuth: true,
  },
  'Microsoft.Insights/actionGroups': {
    ...GLOBAL,
    // Azure takes twelve characters.
    groupShortName: 'blobmirror',
    enabled: true,
    emailReceivers: maybe([]),
    'emailReceivers[].name': maybe(any),
    'emailReceivers[].emailAddress': maybe(parameter('alertEmail')),
    'emailReceivers[].useCommonAlertSchema': maybe(true),
  },
  'Microsoft.Insights/workbooks': {
    kind: 'shared',
    displayName: any,
    category: 'workbook',
    sourceId: idOf('workspace'),
    version: 'Notebook/1.0',
    serializedData: any,
  },
};

/** The rule "alerts" compares what they measure, above what and how grave it is. */
const ALERT: Properties = {
  description: any,
  severity: any,
  enabled: true,
  windowSize: any,
  'criteria.allOf[].timeAggregation': any,
  'criteria.allOf[].operator': 'GreaterThan',
  'criteria.allOf[].threshold': any,
  // Over by itself when what was wrong is over.
  autoMitigate: true,
};
const ALERTS: Readonly<Record<string, Properties>> = {
  'Microsoft.Insights/metricAlerts': {
    ...GLOBAL,
    ...ALERT,
    scopes: any,
    evaluationFrequency: () => new Check('PT1M or PT5M', (value) => value === 'PT1M' || value === 'PT5M'),
    'criteria.odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
    'criteria.allOf[].criterionType': 'StaticThresholdCriterion',
    'criteria.allOf[].name': any,
    'criteria.allOf[].metricName': any,
    'criteria.allOf[].metricNamespace': maybe('Microsoft.ServiceBus/namespaces'),
    'actions[].actionGroupId': idOf('actionGroup'),
  },
  'Microsoft.Insights/scheduledQueryRules': {
    ...ALERT,
    kind: 'LogAlert',
    displayName: any,
    scopes: ({ places }) => [places.workspace],
    evaluationFrequency: 'PT5M',
    'criteria.allOf[].query': any,
    'criteria.allOf[].metricMeasureColumn': any,
    'criteria.allOf[].dimensions[].name': maybe('Code'),
    'criteria.allOf[].dimensions[].operator': maybe('Include'),
    'criteria.allOf[].dimensions[].values': maybe(['*']),
    'criteria.allOf[].timeAggregation': 'Maximum',
    'criteria.allOf[].failingPeriods.numberOfEvaluationPeriods': 1,
    'criteria.allOf[].failingPeriods.minFailingPeriodsToAlert': 1,
    // The tables are there only when the first line was written.
    skipQueryValidation: true,
    'actions.actionGroups': ({ places }) => [places.actionGroup],
  },
};

/** The rule "network" compares what leads where. */
const NETWORK: Readonly<Record<string, Properties>> = {
  'Microsoft.Network/virtualNetworks': {
    'addressSpace.addressPrefixes': ({ parameters }) => [parameters['addressPrefix']],
    subnets: any,
  },
  'Microsoft.Network/privateDnsZones': GLOBAL,
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks': {
    ...GLOBAL,
    registrationEnabled: false,
    'virtualNetwork.id': idOf('network'),
  },
  'Microsoft.Network/privateEndpoints': {
    'subnet.id': idOf('network', '/subnets/endpoints'),
    privateLinkServiceConnections: any,
  },
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups': { privateDnsZoneConfigs: any },
};

const APP: Readonly<Record<string, Properties>> = {
  'Microsoft.Web/serverfarms': {
    kind: 'functionapp',
    'sku.name': 'FC1',
    'sku.tier': 'FlexConsumption',
    reserved: true,
  },
  'Microsoft.Web/sites': {
    kind: 'functionapp,linux',
    'tags.azd-service-name': any,
    'identity.type': 'UserAssigned',
    'identity.userAssignedIdentities': ({ places }) => ({ [places.identity]: {} }),
    serverFarmId: idOf('plan'),
    httpsOnly: true,
    keyVaultReferenceIdentity: idOf('identity'),
    virtualNetworkSubnetId: (context) => inPrivate(idOf('network', '/subnets/app')(context), null)(context),
    'siteConfig.minTlsVersion': '1.2',
    // The rule "connections" has each.
    'siteConfig.appSettings': any,
    'functionAppConfig.deployment.storage.type': 'blobContainer',
    'functionAppConfig.deployment.storage.value': known('state', "blob, 'app-package'"),
    'functionAppConfig.deployment.storage.authentication.type': 'UserAssignedIdentity',
    'functionAppConfig.deployment.storage.authentication.userAssignedIdentityResourceId': idOf('identity'),
    'functionAppConfig.runtime.name': 'node',
    'functionAppConfig.runtime.version': any,
    'functionAppConfig.scaleAndConcurrency.instanceMemoryMB': parameter('instanceMemory'),
    'functionAppConfig.scaleAndConcurrency.maximumInstanceCount': parameter('maximumInstances'),
    'functionAppConfig.scaleAndConcurrency.alwaysReady': parameter('readyInstances', (count) =>
      count === 0 ? [] : [{ name: 'function:mirror', instanceCount: count }],
    ),
  },
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': { allow: false },
};

/** Every type of resource that is deployed, and everything that Azure is asked for. */
export const RESOURCES: Readonly<Record<string, Properties>> = {
  'Microsoft.Resources/resourceGroups': {},
  'Microsoft.ManagedIdentity/userAssignedIdentities': {},
  // The rule "roles" compares them with the table of docs/deploy.md.
  'Microsoft.Authorization/roleAssignments': {
    roleDefinitionId: any,
    principalId: any,
    principalType: 'ServicePrincipal',
  },
  'Microsoft.KeyVault/vaults': {
    tenantId: any,
    'sku.family': 'A',
    'sku.name': 'standard',
    enableRbacAuthorization: true,
    enableSoftDelete: true,
    publicNetworkAccess: inPrivate('Disabled', 'Enabled'),
  },
  'Microsoft.KeyVault/vaults/secrets': {
    value: () =>
      new Check('the connection of the secret parameters', (text) =>
        /parameters\('\w*[sS]as'\)/.test(String(text)),
      ),
    contentType: 'storage connection string',
  },
  ...STORAGE,
  ...EVENTS,
  ...MONITORING,
  ...ALERTS,
  ...NETWORK,
  ...APP,
};
