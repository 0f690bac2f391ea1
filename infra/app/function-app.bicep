// The app, on Flex Consumption, with every connection by its identity.

import { appSettings, resourceTags } from 'types.bicep'

@description('Region of the app.')
param location string
@description('Name of the app.')
param name string
@description('Name of its plan.')
param planName string
@description('Tags of the resources.')
param tags resourceTags
@description('Name of the service in azure.yaml.')
param serviceName string
@description('Resource id of the identity.')
param identityId string
@description('Client id of the identity.')
param identityClientId string
@description('Blob endpoint of the app\'s own account, with a slash at its end.')
param stateEndpoint string
@description('Container of the deployed package.')
param packageContainer string
@description('Name of the Application Insights component.')
param insightsName string
@description('Host name of the Service Bus namespace.')
param serviceBusHost string
@description('What the mirror is told: settings of docs/settings.md.')
param settings appSettings
@description('Memory of an instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemory int
@description('The most instances of each function.')
param maximumInstances int
@description('Instances that wait for the first change; with none it waits for one to start.')
param readyInstances int
@description('Messages that an instance works on at once.')
param concurrency int
@description('Resource id of the subnet to go out through; public when empty.')
param subnetId string

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': serviceName
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // The setting of a source in another tenant refers to a secret.
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      // Read by the app when it starts; what it may hold is in docs/settings.md.
      appSettings: map(items(union(hostSettings, connections, settings)), setting => {
        name: setting.key
        value: setting.value
      })
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${stateEndpoint}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '22'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        alwaysReady: readyInstances == 0
          ? []
          : [
              {
                name: 'function:mirror'
                instanceCount: readyInstances
              }
            ]
      }
    }
  }
}

// Deployments come with an identity too: no user names, no passwords.
resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

var hostSettings = {
  AzureWebJobsStorage__blobServiceUri: stateEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  // The page of the mirror takes the place of the host's own.
  AzureWebJobsDisableHomepage: 'true'
  AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: string(concurrency)
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}

// The app itself and the triggers of Functions read the same names; the latter alone want the kind of credential.
var connections = {
  BLOBMIRROR_SERVICE_BUS__fullyQualifiedNamespace: serviceBusHost
  BLOBMIRROR_SERVICE_BUS__credential: 'managedidentity'
  BLOBMIRROR_SERVICE_BUS__clientId: identityClientId
  BLOBMIRROR_STATE__blobServiceUri: stateEndpoint
  BLOBMIRROR_STATE__clientId: identityClientId
}

@description('Name of the app.')
output name string = app.name
@description('Address of the app.')
output url string = 'https://${app.properties.defaultHostName}'
