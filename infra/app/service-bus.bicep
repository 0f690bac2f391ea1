// The namespace with the two queues of docs/settings.md, and the right of the app to work them.

import { resourceTags } from 'types.bicep'

@description('Region of the namespace.')
param location string
@description('Name of the namespace.')
param name string
@description('Tags of the resources.')
param tags resourceTags
@description('Principal id of the app.')
param principalId string
@description('Name of the identity, which names its assignments: unlike the principal id it is known before a deployment.')
param identityName string
@description('Queue that Event Grid delivers to.')
param eventsQueue string
@description('Queue that the pieces of a full sync wait in.')
param reconcileQueue string
@description('Whether the namespace is Premium and reached over private endpoints and by trusted services only.')
param isPrivate bool
@description('Messaging units of a Premium namespace.')
param messagingUnits int
@description('Whether Functions may read the length of the queues to scale by it, which takes the right to manage them.')
param scaleByQueueLength bool

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: isPrivate ? 'Premium' : 'Standard'
    tier: isPrivate ? 'Premium' : 'Standard'
    capacity: isPrivate ? messagingUnits : null
  }
  properties: {
    // No shared access signatures: identities only.
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

// Event Grid cannot deliver over a private endpoint. It comes in as a trusted service, by its identity, and nobody else
// comes in from outside. Network rules take a Premium namespace.
resource network 'Microsoft.ServiceBus/namespaces/networkRuleSets@2026-01-01' = if (isPrivate) {
  parent: namespace
  name: 'default'
  properties: {
    publicNetworkAccess: 'Enabled'
    defaultAction: 'Deny'
    trustedServiceAccessEnabled: true
  }
}

var queueProperties = {
  // The longest there is: the host renews it while a message is worked on.
  lockDuration: 'PT5M'
  maxDeliveryCount: 10
  defaultMessageTimeToLive: 'P14D'
  // How the mirror dead-letters: with a copy that expires at once.
  deadLetteringOnMessageExpiration: true
  // Event Grid keeps the id of a message when it delivers again.
  requiresDuplicateDetection: true
  duplicateDetectionHistoryTimeWindow: 'PT10M'
  // Event Grid delivers to no queue that has sessions.
  requiresSession: false
  maxSizeInMegabytes: 5120
}

resource events 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = {
  parent: namespace
  name: eventsQueue
  properties: queueProperties
}

resource shards 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = {
  parent: namespace
  name: reconcileQueue
  properties: queueProperties
}

// Azure Service Bus Data Owner, on the two queues alone: Functions scales by the length of a queue, and that takes the
// right to manage it. It includes receiving and sending.
var dataOwner = '090c5cfd-751d-490a-894a-3ce6f1109419'
// Azure Service Bus Data Receiver: the triggers take messages, and the page shows those that wait and the dead letters.
var dataReceiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
// Azure Service Bus Data Sender: a change that has to wait is sent again for later, and a full sync sends its pieces.
var dataSender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'

var roles = scaleByQueueLength ? [dataOwner] : [dataReceiver, dataSender]

resource worksEvents 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    name: guid(events.id, identityName, role)
    scope: events
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource worksShards 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    name: guid(shards.id, identityName, role)
    scope: shards
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

@description('Resource id of the namespace.')
output id string = namespace.id
@description('Host name of the namespace.')
output host string = split(split(namespace.properties.serviceBusEndpoint, '/')[2], ':')[0]
@description('Resource id of the queue that Event Grid delivers to.')
output eventsQueueId string = events.id
