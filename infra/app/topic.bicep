// The Event Grid system topic of the source: a new one, or the one it has, since an account can have one only. An
// existing topic must have a system-assigned identity, by which it delivers.

@description('Region of the topic, which must be the source account\'s.')
param location string
@description('Name of the topic to make; not used with an existing one.')
param name string
@description('Tags of the resources.')
param tags object
@description('Resource id of the source account.')
param sourceId string
@description('Name of the topic that the source has already; a new one is made when empty.')
param existingName string
@description('Resource id of the workspace that is told of deliveries that failed.')
param workspaceId string

resource made 'Microsoft.EventGrid/systemTopics@2025-02-15' = if (empty(existingName)) {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: sourceId
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource failures 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (empty(existingName)) {
  name: 'blobmirror'
  scope: made
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'DeliveryFailures'
        enabled: true
      }
    ]
  }
}

resource found 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = if (!empty(existingName)) {
  name: empty(existingName) ? 'none' : existingName
}

@description('Name of the topic.')
output name string = empty(existingName) ? made.name : found.name
@description('Principal id of the topic, which delivers to the queue.')
output principalId string = empty(existingName) ? made!.identity.principalId : found!.identity.principalId
