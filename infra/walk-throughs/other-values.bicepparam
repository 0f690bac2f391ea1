// Gives a value of its own to each parameter that the other files leave as it is, so that the snapshot shows its effect.
// docs/deploy.md#other-values
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceLocation = 'swedencentral'
param eventSubjectPrefix = '/blobServices/default/containers/albums/'
param backupLocation = 'northeurope'
param accountSku = 'Standard_GZRS'
param softDeleteDays = 30
param immutabilityDays = 60
param deletes = 'keep'
param tier = 'Cool'
param reconcileSchedule = '0 30 2 * * *'
param maximumInstances = 20
param instanceMemory = 4096
param concurrency = 16
param privateNetwork = true
param addressPrefix = '10.84.0.0/24'
param messagingUnits = 2
param alertEmail = 'you@example.com'
param liveMinutes = 30
param backlogMessages = 1000
param provenHours = 30
param retentionDays = 90
