// The backup account, of the source's kind and in a region of its own.

import { resourceTags } from 'types.bicep'

@description('Region of the account.')
param location string
@description('Name of the account.')
param name string
@description('Tags of the resources.')
param tags resourceTags
@description('Replication of the account.')
param sku string
@description('Whether it is a Data Lake account, as the source is.')
param isHierarchical bool
@description('Days that deleted blobs and containers, and older versions, can be brought back.')
param softDeleteDays int
@description('Days that no version of a blob can be changed or deleted by anybody; 0 for none. Only at the creation of an account that is no Data Lake.')
param immutabilityDays int
@description('Whether only private endpoints may reach it.')
param isPrivate bool

var isImmutable = immutabilityDays > 0 && !isHierarchical

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
    immutableStorageWithVersioning: isImmutable
      ? {
          enabled: true
          immutabilityPolicy: {
            // Unlocked: it can be made longer, shorter or locked by who owns the account, and not by the mirror.
            state: 'Unlocked'
            immutabilityPeriodSinceCreationInDays: immutabilityDays
            allowProtectedAppendWrites: false
          }
        }
      : null
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    // An account with a hierarchical namespace has no versions.
    isVersioningEnabled: !isHierarchical
    deleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
    }
  }
}

// Versions outlive what they are of by as long as soft deletion does; without this they would stay, and cost, for ever.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = if (!isHierarchical) {
  parent: account
  name: 'default'
  dependsOn: [blobs]
  properties: {
    policy: {
      rules: [
        {
          name: 'old-versions'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob', 'appendBlob']
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: max(softDeleteDays, immutabilityDays)
                }
              }
            }
          }
        }
      ]
    }
  }
}

@description('Name of the account.')
output name string = account.name
