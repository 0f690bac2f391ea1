// Keeps the SAS of a source in another tenant, and the one that takes over from it.

@description('Region of the vault.')
param location string
@description('Name of the vault.')
param name string
@description('Tags of the resources.')
param tags object
@description('Principal id of the app.')
param principalId string
@description('Connection string of the source, with its SAS.')
@secure()
param sourceConnection string
@description('Connection string of the source with the SAS that takes over; none when empty.')
@secure()
param sourceSecondary string
@description('Whether only private endpoints may reach it.')
param isPrivate bool

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
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

resource secret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'source'
  properties: {
    value: sourceConnection
    contentType: 'storage connection string'
  }
}

resource secondSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(sourceSecondary)) {
  parent: vault
  name: 'source-secondary'
  properties: {
    value: sourceSecondary
    contentType: 'storage connection string'
  }
}

// Key Vault Secrets User, on these secrets only: settings of the app refer to them, and it reads when they end.
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource readsSecret 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(secret.id, principalId, secretsUser)
  scope: secret
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource readsSecondSecret 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(sourceSecondary)) {
  name: guid(secondSecret.id, principalId, secretsUser)
  scope: secondSecret
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
output secondSecretUri string = '${vault.properties.vaultUri}secrets/source-secondary'
