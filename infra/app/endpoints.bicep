// Every door of the private network: each account by blob, those with a hierarchical namespace by dfs too, the queues,
// and the vault where there is one.

@description('Region of the network.')
param location string
@description('Tags of the resources.')
param tags object
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

var always = [
  { name: 'backup', target: backupId, service: 'blob', zone: blobZoneId }
  { name: 'state', target: stateId, service: 'blob', zone: blobZoneId }
  { name: 'queues', target: serviceBusId, service: 'namespace', zone: serviceBusZoneId }
]
var ofSource = empty(sourceId) ? [] : [{ name: 'source', target: sourceId, service: 'blob', zone: blobZoneId }]
var ofVault = empty(vaultId) ? [] : [{ name: 'vault', target: vaultId, service: 'vault', zone: vaultZoneId }]
var ofBackupLake = isHierarchical ? [{ name: 'backup-lake', target: backupId, service: 'dfs', zone: dfsZoneId }] : []
var ofSourceLake = isHierarchical && !empty(sourceId)
  ? [{ name: 'source-lake', target: sourceId, service: 'dfs', zone: dfsZoneId }]
  : []

module doors 'private-endpoint.bicep' = [
  for door in concat(always, ofSource, ofVault, ofBackupLake, ofSourceLake): {
    name: 'blobmirror-endpoint-${door.name}'
    params: {
      location: location
      name: 'pe-${door.name}'
      tags: tags
      subnetId: subnetId
      targetId: door.target
      service: door.service
      zoneId: door.zone
    }
  }
]
