// One private endpoint of a service, and its name in the private DNS zone.

import { resourceTags } from 'types.bicep'

@description('Region of the network.')
param location string
@description('Name of the endpoint.')
param name string
@description('Tags of the resources.')
param tags resourceTags
@description('Resource id of the subnet.')
param subnetId string
@description('Resource id of what it leads to.')
param targetId string
@description('Which of the target\'s services: blob, dfs, namespace or vault.')
param service string
@description('Resource id of the zone of its name.')
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: service
        properties: {
          privateLinkServiceId: targetId
          groupIds: [service]
        }
      }
    ]
  }
}

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: service
        properties: {
          privateDnsZoneId: zoneId
        }
      }
    ]
  }
}
