// Every door of the private network: each account by blob, those with a hierarchical namespace by dfs too, the queues,
// and the vault where there is one. Which doors there are is known before a deployment, so what-if shows them; only the
// ids that they lead to are not.

import { resourceTags } from 'types.bicep'

@description('Region of the network.')
param location string
@description('Tags of the resources.')
param tags resourceTags
@description('Resource id of the subnet of the endpoints.')
param subnetId string
@description('Resource id of the zone of Blob endpoints.')
param blobZoneId string
@description('Resource id of the zone of Data Lake endpoints.')
param dfsZoneId string
@description('Resource id of the zone of Service Bus.')
param serviceBusZoneId string
@description('Resource id of the zone of Key Vault.')
param vaultZoneId string
@description('Whether the source is in another tenant: read with a SAS from the vault, and out of reach of an endpoint.')
param sourceIsElsewhere bool
@description('Resource id of the source account; empty when it is in another tenant.')
param sourceId string
@description('Resource id of the backup account.')
param backupId string
@description('Resource id of the app\'s own account.')
param stateId string
@description('Resource id of the Service Bus namespace.')
param serviceBusId string
@description('Resource id of the vault; empty where there is none.')
param vaultId string
@description('Whether source and backup have a hierarchical namespace.')
param isHierarchical bool

var doors = [
  { name: 'backup', service: 'blob' }
  { name: 'state', service: 'blob' }
  { name: 'queues', service: 'namespace' }
  sourceIsElsewhere ? { name: 'vault', service: 'vault' } : { name: 'source', service: 'blob' }
]
var lakes = sourceIsElsewhere ? ['backup'] : ['backup', 'source']

var targets = {
  backup: backupId
  state: stateId
  queues: serviceBusId
  source: sourceId
  vault: vaultId
}
var zones = {
  blob: blobZoneId
  namespace: serviceBusZoneId
  vault: vaultZoneId
}

module doorsOfAll 'private-endpoint.bicep' = [
  for door in doors: {
    name: 'blobmirror-endpoint-${door.name}'
    params: {
      location: location
      name: 'pe-${door.name}'
      tags: tags
      subnetId: subnetId
      targetId: targets[door.name]
      service: door.service
      zoneId: zones[door.service]
    }
  }
]

module doorsOfLakes 'private-endpoint.bicep' = [
  for name in lakes: if (isHierarchical) {
    name: 'blobmirror-endpoint-${name}-lake'
    params: {
      location: location
      name: 'pe-${name}-lake'
      tags: tags
      subnetId: subnetId
      targetId: targets[name]
      service: 'dfs'
      zoneId: dfsZoneId
    }
  }
]
