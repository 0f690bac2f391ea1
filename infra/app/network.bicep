// The private network: a subnet that the app goes out through, one with the endpoints it reaches, and their names.

import { resourceTags } from 'types.bicep'

@description('Region of the network.')
param location string
@description('What the names of the resources end with.')
param token string
@description('Tags of the resources.')
param tags resourceTags
@description('Address space of the network, of at least /24.')
param addressPrefix string

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: 'vnet-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressPrefix]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          // What Flex Consumption asks for.
          delegations: [
            {
              name: 'flex'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

var zoneNames = [
  'privatelink.blob.${environment().suffixes.storage}'
  'privatelink.dfs.${environment().suffixes.storage}'
  'privatelink.servicebus.windows.net'
  'privatelink.vaultcore.azure.net'
]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zoneName, index) in zoneNames: {
    parent: zones[index]
    name: 'blobmirror'
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: network.id
      }
    }
  }
]

@description('Resource id of the subnet that the app goes out through.')
output appSubnetId string = '${network.id}/subnets/app'
@description('Resource id of the subnet of the endpoints.')
output endpointSubnetId string = '${network.id}/subnets/endpoints'
@description('Resource id of the zone of Blob endpoints.')
output blobZoneId string = zones[0].id
@description('Resource id of the zone of Data Lake endpoints.')
output dfsZoneId string = zones[1].id
@description('Resource id of the zone of Service Bus.')
output serviceBusZoneId string = zones[2].id
@description('Resource id of the zone of Key Vault.')
output vaultZoneId string = zones[3].id
