// A mirror of one storage account: `azd up`, or the button in the README. docs/deploy.md walks through it.
import { appSettings } from 'app/types.bicep'

targetScope = 'subscription'

@description('Name of this mirror; what is made is named and tagged for it.')
@minLength(1)
@maxLength(40)
param environmentName string
@description('Region of the app and its queues. Best the backup\'s, so that the mirror is there when the source\'s region is not.')
param location string

@description('Storage account to mirror. A new one is made when empty.')
param sourceAccountName string = ''
@description('Resource group of an existing source account.')
param sourceResourceGroup string = ''
@description('Subscription of an existing source account; this one when empty.')
param sourceSubscriptionId string = ''
@description('Region of a new source account; the app\'s when empty.')
param sourceLocation string = ''
@description('Kind of the source account: flat, or hierarchical (Data Lake). Empty: flat when it is new or in another tenant; Azure is asked for the kind of any other. Where it is given, what-if shows all that depends on it, and a wrong one fails the deployment.')
@allowed(['', 'flat', 'hierarchical'])
param sourceKind string = ''
@description('Blob endpoint of a source in another tenant, like https://photos.blob.core.windows.net: it is read with sourceSas. Such a source sends no events: full syncs alone mirror it.')
param sourceEndpoint string = ''
@description('SAS of the source in another tenant. It is kept in Key Vault.')
@secure()
param sourceSas string = ''
@description('SAS that takes over when sourceSas has ended. It is kept in Key Vault.')
@secure()
param sourceNextSas string = ''
@description('Whether sourceNextSas is given. A secret decides nothing here, so that what-if can show what is deployed.')
param sourceHasNextSas bool = false

@description('Event Grid system topic that the source has already: an account can have one only. It must have a system-assigned identity.')
param systemTopicName string = ''
@description('Resource group of that topic; the source\'s when empty.')
param systemTopicResourceGroup string = ''
@description('What the subject of an event must begin with, like /blobServices/default/containers/photos/.')
param eventSubjectPrefix string = ''

@description('Storage account that becomes the backup. A new one of the source\'s kind is made when empty.')
param backupAccountName string = ''
@description('Resource group of an existing backup account.')
param backupResourceGroup string = ''
@description('Subscription of an existing backup account; this one when empty.')
param backupSubscriptionId string = ''
@description('Region of a new backup account; the app\'s when empty.')
param backupLocation string = ''
@description('Replication of new accounts.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_GZRS', 'Standard_RAGZRS'])
param accountSku string = 'Standard_LRS'
@description('Days that a new backup account can bring back what was deleted or overwritten.')
@minValue(1)
@maxValue(365)
param softDeleteDays int = 14
@description('Days that nobody can change or delete a version in a new backup account; 0 for none. Not on Data Lake accounts.')
@minValue(0)
param immutabilityDays int = 0

@description('What becomes of a backup blob whose source was deleted.')
@allowed(['mirror', 'keep'])
param deletes string = 'mirror'
@description('Access tier on the backup; none for an account that has no tiers.')
@allowed(['same', 'none', 'Hot', 'Cool', 'Cold', 'Archive'])
param tier string = 'same'
@description('Whether blob index tags are mirrored. It takes a larger role on both accounts.')
param mirrorTags bool = false
@description('Whether owners, permissions and access control lists of a Data Lake account are mirrored. It takes a larger role on the backup.')
param mirrorAcl bool = true
@description('When full syncs begin: six fields from second to day of week, in UTC; off for never.')
param reconcileSchedule string = '0 0 * * * *'
@description('Whether a small blob is rewritten at the source every minute and followed to the backup. It takes a role on a container of its own there.')
param canary bool = true
@description('Further settings of docs/settings.md, by their names.')
param settings appSettings = {}

@description('The most instances of each function.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40
@description('Instances that wait for the first change, so that it does not wait for one to start. They cost while they wait.')
@minValue(0)
param readyInstances int = 0
@description('Memory of an instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048
@description('Messages that an instance works on at once.')
@minValue(1)
param concurrency int = 32
@description('Whether Functions may scale by the length of the queues. It takes the right to manage the two queues; without, it scales more slowly.')
param scaleByQueueLength bool = true

@description('Whether the app reaches the accounts, the queues and the vault through a private network. It takes a Premium namespace.')
param privateNetwork bool = false
@description('Address space of that network, of at least /24.')
param addressPrefix string = '10.83.0.0/24'
@description('Messaging units of the Premium namespace.')
@allowed([1, 2, 4, 8, 16])
param messagingUnits int = 1

@description('Where alerts are sent to; nobody when empty.')
param alertEmail string = ''
@description('Minutes that a change may wait before the mirror counts as unwell and an alert is raised.')
@minValue(1)
param liveMinutes int = 15
@description('Changes that may wait for more than half an hour before an alert is raised.')
@minValue(0)
param backlogMessages int = 100
@description('Hours that the last full sync may be ago before an alert is raised.')
@minValue(1)
param provenHours int = 3
@description('Days that logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = {
  'azd-env-name': environmentName
}

var eventsQueue = 'storage-events'
var reconcileQueue = 'reconcile'
var packageContainer = 'app-package'
var deadLetterContainer = 'event-grid-dead-letters'

var sourceInOtherTenant = !empty(sourceEndpoint)
var sourceIsNew = empty(sourceAccountName) && !sourceInOtherTenant
var backupIsNew = empty(backupAccountName)
var sourceName = sourceIsNew ? 'source${token}' : sourceAccountName
var sourceSubscription = empty(sourceSubscriptionId) ? subscription().subscriptionId : sourceSubscriptionId
var sourceGroup = empty(sourceResourceGroup) ? group.name : sourceResourceGroup
var topicGroup = empty(systemTopicResourceGroup) ? sourceGroup : systemTopicResourceGroup
var backupName = backupIsNew ? 'backup${token}' : backupAccountName
var backupSubscription = empty(backupSubscriptionId) ? subscription().subscriptionId : backupSubscriptionId
var backupGroup = empty(backupResourceGroup) ? group.name : backupResourceGroup
var stateName = 'state${token}'
var namespaceName = 'sb-${token}'
var identityName = 'id-${token}'
var insightsName = 'appi-${token}'
var topicName = empty(systemTopicName) ? 'evgt-${token}' : systemTopicName
// A source in another tenant is read with a SAS that may write nothing.
var canaryContainer = canary && !sourceInOtherTenant ? 'blobmirror-canary' : ''

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: !sourceInOtherTenant && !(empty(sourceSas) && empty(sourceNextSas))
    ? fail('sourceSas or sourceNextSas is given without sourceEndpoint: add the blob endpoint of the source in another tenant, or leave the SAS out.')
    : location
  tags: tags
}

module identity 'app/identity.bicep' = {
  name: 'blobmirror-identity'
  scope: group
  params: {
    location: location
    name: identityName
    tags: tags
  }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'blobmirror-monitoring'
  scope: group
  params: {
    location: location
    token: token
    insightsName: insightsName
    tags: tags
    principalId: identity.outputs.principalId
    identityName: identityName
    retentionDays: retentionDays
    alertEmail: alertEmail
  }
}

module state 'app/state.bicep' = {
  name: 'blobmirror-state'
  scope: group
  params: {
    location: location
    name: stateName
    tags: tags
    principalId: identity.outputs.principalId
    identityName: identityName
    packageContainer: packageContainer
    deadLetterContainer: deadLetterContainer
    isPrivate: privateNetwork
  }
}

module serviceBus 'app/service-bus.bicep' = {
  name: 'blobmirror-service-bus'
  scope: group
  params: {
    location: location
    name: namespaceName
    tags: tags
    principalId: identity.outputs.principalId
    identityName: identityName
    eventsQueue: eventsQueue
    reconcileQueue: reconcileQueue
    isPrivate: privateNetwork
    messagingUnits: messagingUnits
    scaleByQueueLength: scaleByQueueLength
  }
}

module sourceAccount 'app/source-account.bicep' = if (sourceIsNew) {
  name: 'blobmirror-source-account'
  scope: group
  params: {
    location: empty(sourceLocation) ? location : sourceLocation
    name: sourceName
    tags: tags
    sku: accountSku
    isHierarchical: sourceKind == 'hierarchical'
    isPrivate: privateNetwork
  }
}

module source 'app/source.bicep' = if (!sourceInOtherTenant) {
  name: 'blobmirror-source-${token}'
  scope: resourceGroup(sourceSubscription, sourceGroup)
  dependsOn: [sourceAccount]
  params: {
    accountName: sourceName
    kind: sourceKind
    // The source may be outside of the mirror's group, where the assignments of a deleted identity stay. They are named
    // by the principal, so that they are not in the way of those of a new one.
    #disable-next-line what-if-short-circuiting
    principalId: identity.outputs.principalId
    mirrorTags: mirrorTags
    canaryContainer: canaryContainer
  }
}

module vault 'app/key-vault.bicep' = if (sourceInOtherTenant) {
  name: 'blobmirror-vault'
  scope: group
  params: {
    location: location
    name: 'kv-${token}'
    tags: tags
    principalId: identity.outputs.principalId
    identityName: identityName
    endpoint: sourceEndpoint
    sas: sourceSas
    nextSas: sourceNextSas
    hasNextSas: sourceHasNextSas
    isPrivate: privateNetwork
  }
}

module topic 'app/topic.bicep' = if (!sourceInOtherTenant) {
  name: 'blobmirror-topic-${token}'
  scope: resourceGroup(sourceSubscription, topicGroup)
  params: {
    location: source!.outputs.location
    name: topicName
    tags: tags
    sourceId: source!.outputs.id
    isNew: empty(systemTopicName)
    workspaceId: monitoring.outputs.workspaceId
  }
}

module eventAccess 'app/event-access.bicep' = if (!sourceInOtherTenant) {
  name: 'blobmirror-event-access'
  scope: group
  dependsOn: [serviceBus, state]
  params: {
    principalId: topic!.outputs.principalId
    topicName: topicName
    namespaceName: namespaceName
    eventsQueue: eventsQueue
    stateAccountName: stateName
    deadLetterContainer: deadLetterContainer
  }
}

module eventSubscription 'app/event-subscription.bicep' = if (!sourceInOtherTenant) {
  name: 'blobmirror-events-${token}'
  scope: resourceGroup(sourceSubscription, topicGroup)
  // The topic must be allowed to deliver before it is told to.
  dependsOn: [eventAccess]
  params: {
    topicName: topicName
    name: 'blobmirror-${token}'
    tags: tags
    queueId: serviceBus.outputs.eventsQueueId
    stateAccountId: state.outputs.id
    deadLetterContainer: deadLetterContainer
    subjectPrefix: eventSubjectPrefix
    actionGroupId: monitoring.outputs.actionGroupId
  }
}

module backupAccount 'app/backup-account.bicep' = if (backupIsNew) {
  name: 'blobmirror-backup-account'
  scope: group
  params: {
    location: empty(backupLocation) ? location : backupLocation
    name: backupName
    tags: tags
    sku: accountSku
    // Asked of Azure only where sourceKind does not say it; the same below.
    #disable-next-line what-if-short-circuiting
    isHierarchical: isHierarchical
    softDeleteDays: softDeleteDays
    immutabilityDays: immutabilityDays
    isPrivate: privateNetwork
  }
}

module backup 'app/backup.bicep' = {
  name: 'blobmirror-backup-${token}'
  scope: resourceGroup(backupSubscription, backupGroup)
  dependsOn: [backupAccount]
  params: {
    accountName: backupName
    // As at the source.
    #disable-next-line what-if-short-circuiting
    principalId: identity.outputs.principalId
    mirrorTags: mirrorTags
    mirrorAcl: mirrorAcl
    #disable-next-line what-if-short-circuiting
    isHierarchical: isHierarchical
  }
}

module network 'app/network.bicep' = if (privateNetwork) {
  name: 'blobmirror-network'
  scope: group
  params: {
    location: location
    token: token
    tags: tags
    addressPrefix: addressPrefix
  }
}

module endpoints 'app/endpoints.bicep' = if (privateNetwork) {
  name: 'blobmirror-endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    subnetId: network!.outputs.endpointSubnetId
    blobZoneId: network!.outputs.blobZoneId
    dfsZoneId: network!.outputs.dfsZoneId
    serviceBusZoneId: network!.outputs.serviceBusZoneId
    vaultZoneId: network!.outputs.vaultZoneId
    sourceInOtherTenant: sourceInOtherTenant
    sourceId: sourceInOtherTenant ? '' : source!.outputs.id
    backupId: backup.outputs.id
    stateId: state.outputs.id
    serviceBusId: serviceBus.outputs.id
    vaultId: sourceInOtherTenant ? vault!.outputs.id : ''
    #disable-next-line what-if-short-circuiting
    isHierarchical: isHierarchical
  }
}

// Azure is asked only where no parameter says it: what-if cannot show what depends on the answer.
var isHierarchical = empty(sourceKind) && !sourceIsNew && !sourceInOtherTenant
  ? source!.outputs.isHierarchical
  : sourceKind == 'hierarchical'

var sourceConnection = sourceInOtherTenant
  ? {
      BLOBMIRROR_SOURCE: '@Microsoft.KeyVault(SecretUri=${vault!.outputs.secretUri})'
      BLOBMIRROR_KEY_VAULT_SECRETS: sourceHasNextSas
        ? '${vault!.outputs.secretUri};${vault!.outputs.nextSecretUri}'
        : vault!.outputs.secretUri
      BLOBMIRROR_KEY_VAULT_SECRETS__clientId: identity.outputs.clientId
      ...(sourceHasNextSas
        ? {
            BLOBMIRROR_SOURCE__secondary: '@Microsoft.KeyVault(SecretUri=${vault!.outputs.nextSecretUri})'
          }
        : {})
    }
  : {
      BLOBMIRROR_SOURCE__blobServiceUri: source!.outputs.blobEndpoint
      BLOBMIRROR_SOURCE__clientId: identity.outputs.clientId
    }

var mirrorSettings = {
  BLOBMIRROR_BACKUP__blobServiceUri: backup.outputs.blobEndpoint
  BLOBMIRROR_BACKUP__clientId: identity.outputs.clientId
  BLOBMIRROR_EVENTS_QUEUE: eventsQueue
  BLOBMIRROR_RECONCILE_QUEUE: reconcileQueue
  BLOBMIRROR_RECONCILE_SCHEDULE: reconcileSchedule
  BLOBMIRROR_DELETES: deletes
  BLOBMIRROR_TIER: tier
  BLOBMIRROR_TAGS: mirrorTags ? 'mirror' : 'off'
  // To ask the accounts for their kind takes a right that no role on data has.
  BLOBMIRROR_NAMESPACE: isHierarchical ? 'hierarchical' : 'flat'
  BLOBMIRROR_CANARY: empty(canaryContainer) ? 'off' : 'on'
  BLOBMIRROR_CANARY_CONTAINER: canaryContainer
  BLOBMIRROR_EVENT_GRID_DEAD_LETTERS: deadLetterContainer
  BLOBMIRROR_HEALTH_LIVE_MINUTES: string(liveMinutes)
  BLOBMIRROR_ACL: mirrorAcl ? 'mirror' : 'off'
}

module app 'app/function-app.bicep' = {
  name: 'blobmirror-app'
  scope: group
  // Every right is granted before the app starts and asks for it.
  dependsOn: [endpoints, monitoring]
  params: {
    location: location
    name: 'func-${token}'
    planName: 'plan-${token}'
    tags: tags
    serviceName: 'mirror'
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    stateEndpoint: state.outputs.blobEndpoint
    packageContainer: packageContainer
    insightsName: insightsName
    serviceBusHost: serviceBus.outputs.host
    settings: union(sourceConnection, mirrorSettings, settings)
    instanceMemory: instanceMemory
    maximumInstances: maximumInstances
    readyInstances: readyInstances
    concurrency: concurrency
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
  }
}

module alerts 'app/alerts.bicep' = {
  name: 'blobmirror-alerts'
  scope: group
  dependsOn: [serviceBus]
  params: {
    location: location
    name: 'blobmirror-${environmentName}'
    tags: tags
    namespaceName: namespaceName
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: monitoring.outputs.actionGroupId
    liveMinutes: liveMinutes
    backlogMessages: backlogMessages
    provenHours: provenHours
  }
}

module workbook 'app/workbook.bicep' = {
  name: 'blobmirror-workbook'
  scope: group
  params: {
    location: location
    title: 'Blobmirror ${environmentName}'
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

@description('Resource group of the mirror.')
output AZURE_RESOURCE_GROUP string = group.name
@description('Name of the app.')
output FUNCTION_APP_NAME string = app.outputs.name
@description('Address of the app and its page.')
output FUNCTION_APP_URL string = app.outputs.url
@description('Account that is mirrored; empty when it is in another tenant.')
output MIRROR_SOURCE_NAME string = sourceInOtherTenant ? '' : sourceName
@description('Account that mirrors it.')
output MIRROR_BACKUP_NAME string = backupName
