// Keeps the one secret that there may be: the SAS of a source in another tenant.

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

// Key Vault Secrets User, on the one secret: the app's setting refers to it.
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

@description('Resource id of the vault.')
output id string = vault.id
@description('Address of the secret, not its value.')
output secretUri string = secret.properties.secretUri
