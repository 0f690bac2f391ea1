// What the source tells the mirror, delivered to the queue by the topic's identity.

import { resourceTags } from 'types.bicep'

@description('Name of the system topic.')
param topicName string
@description('Name of the subscription; one for each mirror of the source.')
param name string
@description('Resource id of the queue.')
param queueId string
@description('Resource id of the account for events that were not delivered.')
param stateAccountId string
@description('Container of that account.')
param deadLetterContainer string
@description('What is mirrored begins with this: /blobServices/default/containers/photos/ for one container. All when empty.')
param subjectPrefix string
@description('Resource id of the action group.')
param actionGroupId string
@description('Tags of the resources.')
param tags resourceTags

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: name
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'ServiceBusQueue'
        properties: {
          resourceId: queueId
        }
      }
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: stateAccountId
          blobContainerName: deadLetterContainer
        }
      }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.Storage.BlobCreated'
        'Microsoft.Storage.BlobDeleted'
        'Microsoft.Storage.BlobRenamed'
        'Microsoft.Storage.BlobTierChanged'
        'Microsoft.Storage.DirectoryCreated'
        'Microsoft.Storage.DirectoryDeleted'
        'Microsoft.Storage.DirectoryRenamed'
      ]
      subjectBeginsWith: subjectPrefix
    }
    retryPolicy: {
      // The most of each: what is not delivered within a day is put aside, and found by the next full sync.
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
  }
}

var metrics = [
  {
    name: 'DeliveryAttemptFailCount'
    about: 'Event Grid could not deliver events to the queue. They are tried again for a day.'
    severity: 2
  }
  {
    name: 'DroppedEventCount'
    about: 'Event Grid dropped events. The next full sync finds what they told of.'
    severity: 1
  }
  {
    name: 'DeadLetteredCount'
    about: 'Event Grid put events aside that it could not deliver. The mirror takes them from there.'
    severity: 2
  }
]

resource alerts 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for metric in metrics: {
    name: '${name}-${metric.name}'
    location: 'global'
    tags: tags
    properties: {
      description: metric.about
      severity: metric.severity
      enabled: true
      scopes: [topic.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'any'
            metricName: metric.name
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 0
          }
        ]
      }
      autoMitigate: true
      actions: [
        {
          actionGroupId: actionGroupId
        }
      ]
    }
  }
]
