// Takes over from a timer that runs azcopy sync: full syncs are off until the backup was adopted.
// docs/deploy.md#from-a-timer-that-runs-azcopy-sync
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceAccountName = 'photos'
param sourceResourceGroup = 'photos-rg'
param sourceKind = 'flat'
param backupAccountName = 'photosbackup'
param backupResourceGroup = 'backup-rg'
param reconcileSchedule = 'off'
