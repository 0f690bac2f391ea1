// The private endpoints: blob for each account, dfs for those with a hierarchical namespace, the Service Bus namespace,
// and the vault where there is one. Names decide which there are: ids are known during the deployment only, and what-if
// could not show what depends on them.

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
param sourceInOtherTenant bool
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

var endpoints = [
  { name: 'backup', service: 'blob' }
  { name: 'state', service: 'blob' }
  { name: 'queues', service: 'namespace' }
  sourceInOtherTenant ? { name: 'vault', service: 'vault' } : { name: 'source', service: 'blob' }
]
var dfsAccounts = sourceInOtherTenant ? ['backup'] : ['backup', 'source']

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

module privateEndpoints 'private-endpoint.bicep' = [
  for endpoint in endpoints: {
    name: 'blobmirror-endpoint-${endpoint.name}'
    params: {
      location: location
      name: 'pe-${endpoint.name}'
      tags: tags
      subnetId: subnetId
      targetId: targets[endpoint.name]
      service: endpoint.service
      zoneId: zones[endpoint.service]
    }
  }
]

module dfsEndpoints 'private-endpoint.bicep' = [
  for account in dfsAccounts: if (isHierarchical) {
    name: 'blobmirror-endpoint-${account}-lake'
    params: {
      location: location
      name: 'pe-${account}-lake'
      tags: tags
      subnetId: subnetId
      targetId: targets[account]
      service: 'dfs'
      zoneId: dfsZoneId
    }
  }
]
