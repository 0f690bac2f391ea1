// The worker as a Container App, with an identity that has the roles of docs/deploy.md. docs/containers.md describes it.
// Container Apps has no read-only root file system, no seccomp profile and no capabilities to drop: what holds there is
// that the image runs as user 1000, who cannot change what it runs.

@description('Name of the app.')
@minLength(2)
@maxLength(32)
param name string = 'blobmirror'
@description('Region of the app: that of its environment.')
param location string = resourceGroup().location
@description('Tags of the app.')
param tags { *: string } = {}
@description('Resource id of the Container Apps environment.')
param environmentId string
@description('The image, by its digest or by a tag that never changes.')
param image string
@description('Registry of the image, such as example.azurecr.io: the worker\'s identity pulls from it (AcrPull). Public when empty.')
param registryServer string = ''

@description('Name of the user-assigned identity of the worker, in this resource group.')
param identityName string
@description('Name of the user-assigned identity that reads the length of the queues, which takes Azure Service Bus Data Owner on both; the worker\'s own when empty, which has it where scaleByQueueLength is on.')
param scaleIdentityName string = ''

@description('Name of the Service Bus namespace.')
param serviceBusName string
@description('Queue that Event Grid delivers to.')
param eventsQueue string = 'storage-events'
@description('Queue that the pieces of a full sync wait in.')
param reconcileQueue string = 'reconcile'
@description('Blob endpoint of the account that is mirrored.')
param sourceEndpoint string
@description('Blob endpoint of the backup account.')
param backupEndpoint string
@description('Blob endpoint of the account that keeps the state; the backup account when empty.')
param stateEndpoint string = ''
@description('Further settings of docs/settings.md, by their names.')
param settings { *: string } = {}

@description('Key of the HTTP functions: openssl rand -base64 32.')
@minLength(24)
@secure()
param httpKey string
@description('Whether other apps of the environment reach the page and the HTTP functions, with that key. Probes need no ingress.')
param internalIngress bool = false

@description('The most workers at once.')
@minValue(1)
@maxValue(1000)
param maximumReplicas int = 10

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

// By its id alone: a template may not name one resource twice, which two "existing" ones of the same name would do.
var scaleIdentityId = empty(scaleIdentityName)
  ? identity.id
  : resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', scaleIdentityName)

var port = 7071

// KEDA's azure-servicebus (keda.sh/docs/latest/scalers/azure-service-bus): the larger of the two numbers counts.
var queues = [
  {
    // Some seconds of one worker's work on small blobs.
    name: 'events'
    queue: eventsQueue
    messages: 500
  }
  {
    // Slices of a full sync: each is minutes of work, and there are up to 16 at once.
    name: 'reconcile'
    queue: reconcileQueue
    messages: 4
  }
]

var connections = {
  BLOBMIRROR_SOURCE__blobServiceUri: sourceEndpoint
  BLOBMIRROR_SOURCE__clientId: identity.properties.clientId
  BLOBMIRROR_BACKUP__blobServiceUri: backupEndpoint
  BLOBMIRROR_BACKUP__clientId: identity.properties.clientId
  BLOBMIRROR_STATE__blobServiceUri: empty(stateEndpoint) ? backupEndpoint : stateEndpoint
  BLOBMIRROR_STATE__clientId: identity.properties.clientId
  BLOBMIRROR_SERVICE_BUS__fullyQualifiedNamespace: '${serviceBusName}.servicebus.windows.net'
  BLOBMIRROR_SERVICE_BUS__clientId: identity.properties.clientId
  BLOBMIRROR_EVENTS_QUEUE: eventsQueue
  BLOBMIRROR_RECONCILE_QUEUE: reconcileQueue
}

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: union(
      {
        '${identity.id}': {}
      },
      {
        '${scaleIdentityId}': {}
      }
    )
  }
  properties: {
    environmentId: environmentId
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: internalIngress
        ? {
            external: false
            targetPort: port
            transport: 'http'
            allowInsecure: false
          }
        : null
      registries: empty(registryServer)
        ? []
        : [
            {
              server: registryServer
              identity: identity.id
            }
          ]
      secrets: [
        {
          name: 'http-key'
          value: httpKey
        }
      ]
    }
    template: {
      terminationGracePeriodSeconds: 30
      containers: [
        {
          name: 'worker'
          image: image
          env: concat(
            map(items(union(connections, settings)), setting => {
              name: setting.key
              value: setting.value
            }),
            [
              {
                name: 'BLOBMIRROR_HTTP_KEY'
                secretRef: 'http-key'
              }
            ]
          )
          probes: [
            {
              // A worker that does not answer is started again. It answers also while the accounts do not.
              type: 'Liveness'
              httpGet: {
                path: '/api/health/live'
                port: port
              }
              initialDelaySeconds: 10
              periodSeconds: 10
              timeoutSeconds: 5
            }
          ]
          resources: {
            cpu: json('0.25')
            memory: '0.5Gi'
          }
        }
      ]
      scale: {
        // The timers, which start full syncs and watch the mirror, run in a worker: never none.
        minReplicas: 1
        maxReplicas: maximumReplicas
        rules: [
          for each in queues: {
            name: each.name
            custom: {
              type: 'azure-servicebus'
              metadata: {
                namespace: serviceBusName
                queueName: each.queue
                messageCount: string(each.messages)
              }
              // By an identity, from 2025-01-01 on: learn.microsoft.com/azure/container-apps/managed-identity#scale-rules
              identity: scaleIdentityId
            }
          }
        ]
      }
    }
  }
}

@description('Resource id of the app.')
output id string = app.id
