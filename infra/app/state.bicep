// The app's own account: its package, the leases of the Functions host, the state of the mirror, and the events that
// Event Grid could not deliver.

import { resourceTags } from 'types.bicep'

@description('Region of the account.')
param location string
@description('Name of the account.')
param name string
@description('Tags of the resources.')
param tags resourceTags
@description('Principal id of the app.')
param principalId string
@description('Name of the identity, which names its assignments: unlike the principal id it is known before a deployment.')
param identityName string
@description('Container of the deployed package.')
param packageContainer string
@description('Container that Event Grid puts undelivered events into.')
param deadLetterContainer string
@description('Whether only private endpoints and the services of Azure that are trusted may reach it.')
param isPrivate bool

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      // Event Grid writes its dead letters as a trusted service, which a private endpoint would not let in.
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource package 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: packageContainer
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: deadLetterContainer
}

// Storage Blob Data Owner: the host of Functions asks for it (leases, keys, the package), and the mirror keeps its
// state here in a container that it makes by itself.
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'

resource owns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identityName, blobDataOwner)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataOwner)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('Resource id of the account.')
output id string = account.id
@description('Blob endpoint of the account, with a slash at its end.')
output blobEndpoint string = account.properties.primaryEndpoints.blob
