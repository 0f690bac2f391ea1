// Keeps the SAS of a source in another tenant, and the one that takes over from it.

import { resourceTags } from 'types.bicep'

@description('Region of the vault.')
param location string
@description('Name of the vault.')
param name string
@description('Tags of the resources.')
param tags resourceTags
@description('Principal id of the app.')
param principalId string
@description('Name of the identity, which names its assignments: unlike the principal id it is known before a deployment.')
param identityName string
@description('Blob endpoint of the source.')
param endpoint string
@description('SAS of the source.')
@secure()
param sas string
@description('SAS that takes over.')
@secure()
param nextSas string
@description('Whether there is a SAS that takes over.')
param hasNextSas bool
@description('Whether only private endpoints may reach it.')
param isPrivate bool

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

// Where a SAS is shown as a part of a URL, it begins with a question mark, which a connection string does not have.
var token = startsWith(sas, '?') ? substring(sas, 1) : sas
var nextToken = startsWith(nextSas, '?') ? substring(nextSas, 1) : nextSas

resource secret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: vault
  name: 'source'
  properties: {
    value: empty(sas) || empty(nextSas) == hasNextSas
      ? fail('With sourceEndpoint, give sourceSas; give sourceNextSas exactly where sourceHasNextSas is true.')
      : 'BlobEndpoint=${endpoint};SharedAccessSignature=${token}'
    contentType: 'storage connection string'
  }
}

resource nextSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (hasNextSas) {
  parent: vault
  name: 'source-secondary'
  properties: {
    value: 'BlobEndpoint=${endpoint};SharedAccessSignature=${nextToken}'
    contentType: 'storage connection string'
  }
}

// Key Vault Secrets User, on these secrets only: settings of the app refer to them, and it reads when they end.
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource readsSecret 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(secret.id, identityName, secretsUser)
  scope: secret
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource readsNextSecret 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (hasNextSas) {
  name: guid(nextSecret.id, identityName, secretsUser)
  scope: nextSecret
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('Resource id of the vault.')
output id string = vault.id
@description('Address of the secret, not its value.')
output secretUri string = secret.properties.secretUri
@description('Address of the secret with the SAS that takes over, whether or not there is one.')
output nextSecretUri string = '${vault.properties.vaultUri}secrets/source-secondary'
