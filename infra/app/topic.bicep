// The Event Grid system topic of the source: a new one, or the one it has, since an account can have one only. An
// existing topic must have a system-assigned identity, by which it delivers.

import { resourceTags } from 'types.bicep'

@description('Region of the topic, which must be the source account\'s.')
param location string
@description('Name of the topic.')
param name string
@description('Tags of the resources.')
param tags resourceTags
@description('Resource id of the source account.')
param sourceId string
@description('Whether the topic is made here; the source has it already otherwise.')
param isNew bool
@description('Resource id of the workspace that is told of deliveries that failed.')
param workspaceId string

// A template may not name one resource twice, whatever the conditions: the one that is not meant has another name.
var unused = 'none'

resource newTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = if (isNew) {
  name: isNew ? name : unused
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

// The stable version, 2016-09-01, is older, and has one setting a resource, named service: it would be in the way of
// another one's.
#disable-next-line use-recent-api-versions
resource failures 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (isNew) {
  name: 'blobmirror'
  scope: newTopic
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

resource existingTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = if (!isNew) {
  name: isNew ? unused : name
}

@description('Principal id of the topic, which delivers to the queue.')
output principalId string = isNew ? newTopic!.identity.principalId : existingTopic!.identity.principalId
