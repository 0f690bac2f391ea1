// The same, with the SAS that takes over when the first one has ended.
// docs/deploy.md#a-source-in-another-tenant
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceEndpoint = 'https://photos.blob.core.windows.net'
param sourceSas = readEnvironmentVariable('SOURCE_SAS')
param sourceNextSas = readEnvironmentVariable('SOURCE_NEXT_SAS')
param sourceHasNextSas = true
param reconcileSchedule = '0 */15 * * * *'
