// What the mirror may do to the backup. Deployed where the backup is, which may be another resource group or another
// subscription of the tenant.

@description('Name of the backup account.')
param accountName string
@description('Principal id of the app.')
param principalId string
@description('Whether blob index tags are mirrored.')
param mirrorTags bool
@description('Whether owners, permissions and access control lists are mirrored, on a Data Lake account.')
param mirrorAcl bool
@description('Whether the source is a Data Lake account.')
param isHierarchical bool

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: accountName
}

// Storage Blob Data Contributor: containers are made, and blobs written, deleted and renamed.
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
// Storage Blob Data Owner, in its place where tags or owners and access control lists are mirrored: no smaller role may
// write either.
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'

var writeRole = mirrorTags || (mirrorAcl && isHierarchical) ? blobDataOwner : blobDataContributor

resource writes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, writeRole)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', writeRole)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('Resource id of the account.')
output id string = account.id
// Azure leaves the property out where it is not a Data Lake account.
var hasHierarchicalNamespace = account.properties.?isHnsEnabled ?? false

@description('Blob endpoint of the account, which must be of the source\'s kind.')
output blobEndpoint string = hasHierarchicalNamespace == isHierarchical
  ? account.properties.primaryEndpoints.blob
  : fail('The backup ${accountName} is ${hasHierarchicalNamespace ? 'hierarchical' : 'flat'}, and the source is ${isHierarchical ? 'hierarchical' : 'flat'}: a backup must be of the source\'s kind.')
