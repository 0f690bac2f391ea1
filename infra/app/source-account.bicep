// A source account of our own making, for who has none yet.

import { resourceTags } from 'types.bicep'

@description('Region of the account.')
param location string
@description('Name of the account.')
param name string
@description('Tags of the resources.')
param tags resourceTags
@description('Replication of the account.')
param sku string
@description('Whether it is a Data Lake account, with a hierarchical namespace.')
param isHierarchical bool
@description('Whether only private endpoints may reach it.')
param isPrivate bool

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    isHnsEnabled: isHierarchical
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

@description('Name of the account.')
output name string = account.name
