// Mirrors an account that exists to another one that exists.
// docs/deploy.md#an-existing-backup
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceAccountName = 'photos'
param sourceResourceGroup = 'photos-rg'
param sourceKind = 'flat'
param backupAccountName = 'photosbackup'
param backupResourceGroup = 'backup-rg'
