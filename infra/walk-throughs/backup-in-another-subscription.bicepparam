// Mirrors to an account that exists in another subscription of the tenant.
// docs/deploy.md#a-backup-in-another-subscription
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceAccountName = 'photos'
param sourceResourceGroup = 'photos-rg'
param sourceKind = 'flat'
param backupAccountName = 'photosbackup'
param backupResourceGroup = 'backup-rg'
param backupSubscriptionId = '11111111-2222-3333-4444-555555555555'
