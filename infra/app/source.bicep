// What the mirror needs of the source: to know its kind, to read it, and to write its canary. Deployed where the source
// is, which may be another resource group or another subscription of the tenant.

@description('Name of the source account.')
param accountName string
@description('Kind that the account should have, flat or hierarchical; any when empty.')
param kind string
@description('Principal id of the app.')
param principalId string
@description('Whether blob index tags are mirrored.')
param mirrorTags bool
@description('Container of the canary; none when empty.')
param canaryContainer string

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: accountName
}

// Storage Blob Data Reader: list and read what is to be mirrored, and sign for the backup account to fetch it.
var blobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
// Storage Blob Data Owner, in its place where tags are mirrored: no smaller role may read blob index tags.
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
// Storage Blob Data Contributor, on the canary's container alone: a blob of the mirror's own is rewritten there.
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

var readRole = mirrorTags ? blobDataOwner : blobDataReader

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, readRole)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readRole)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' existing = {
  parent: account
  name: 'default'
}

resource canary 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = if (!empty(canaryContainer)) {
  parent: blobs
  name: empty(canaryContainer) ? 'none' : canaryContainer
}

resource writesCanary 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(canaryContainer)) {
  name: guid(canary.id, principalId, blobDataContributor)
  scope: canary
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('Resource id of the account.')
output id string = account.id
@description('Region of the account, in which its system topic must be.')
output location string = account.location
@description('Blob endpoint of the account.')
output blobEndpoint string = account.properties.primaryEndpoints.blob
// Azure leaves the property out where it is not a Data Lake account.
var hasHierarchicalNamespace = account.properties.?isHnsEnabled ?? false

@description('Whether it is a Data Lake account.')
output isHierarchical bool = empty(kind) || (kind == 'hierarchical') == hasHierarchicalNamespace
  ? hasHierarchicalNamespace
  : fail('sourceKind is ${kind}, and the account ${accountName} is ${hasHierarchicalNamespace ? 'hierarchical' : 'flat'}.')
