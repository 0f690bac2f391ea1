// The one identity that the app acts under. Made first, so that every right is granted before the app starts.

import { resourceTags } from 'types.bicep'

@description('Region of the identity.')
param location string
@description('Name of the identity.')
param name string
@description('Tags of the resources.')
param tags resourceTags

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id of the identity.')
output id string = identity.id
@description('What role assignments name it by.')
output principalId string = identity.properties.principalId
@description('What connections name it by.')
output clientId string = identity.properties.clientId
