// What the system topic may do: send to the queue, and put aside what it cannot deliver. Granted before it is told to.

@description('Principal id of the system topic.')
param principalId string
@description('Name of the system topic, which names its assignments: unlike the principal id it is known before a deployment.')
param topicName string
@description('Name of the Service Bus namespace.')
param namespaceName string
@description('Queue that it delivers to.')
param eventsQueue string
@description('Name of the account for events that were not delivered.')
param stateAccountName string
@description('Container of that account.')
param deadLetterContainer string

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' existing = {
  name: namespaceName
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' existing = {
  parent: namespace
  name: eventsQueue
}

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: stateAccountName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' existing = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' existing = {
  parent: blobs
  name: deadLetterContainer
}

// Azure Service Bus Data Sender: Event Grid delivers to this one queue.
var dataSender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
// Storage Blob Data Contributor: Event Grid puts undelivered events into this one container.
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource delivers 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(queue.id, topicName, dataSender)
  scope: queue
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSender)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource putsAside 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(container.id, topicName, blobDataContributor)
  scope: container
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
