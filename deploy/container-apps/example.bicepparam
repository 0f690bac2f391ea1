// A worker with the accounts, the queues and the identities of these names: change them, then
//   export BLOBMIRROR_HTTP_KEY=$(openssl rand -base64 32)
//   az deployment group create --resource-group mirror --parameters deploy/container-apps/example.bicepparam
using 'main.bicep'

param environmentId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mirror/providers/Microsoft.App/managedEnvironments/mirror'
param image = 'registry.example/blobmirror:0.1.0'
param identityName = 'blobmirror'
param scaleIdentityName = 'blobmirror-scale'
param serviceBusName = 'mirror'
param sourceEndpoint = 'https://photos.blob.core.windows.net'
param backupEndpoint = 'https://photosbackup.blob.core.windows.net'
param stateEndpoint = 'https://photosstate.blob.core.windows.net'
param settings = {
  BLOBMIRROR_EVENT_GRID_DEAD_LETTERS: 'event-grid-dead-letters'
}
param httpKey = readEnvironmentVariable('BLOBMIRROR_HTTP_KEY')
