// Mirrors an account in another tenant, which is read with a SAS.
// docs/deploy.md#a-source-in-another-tenant
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceEndpoint = 'https://photos.blob.core.windows.net'
param sourceSas = readEnvironmentVariable('SOURCE_SAS')
param reconcileSchedule = '0 */15 * * * *'
