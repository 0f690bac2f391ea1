// Mirrors an account that exists to a new backup in another region.
// docs/deploy.md#an-existing-source
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceAccountName = 'photos'
param sourceResourceGroup = 'photos-rg'
param sourceKind = 'flat'
param backupLocation = 'northeurope'
