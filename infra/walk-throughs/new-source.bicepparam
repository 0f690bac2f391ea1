// Makes a source and a backup, and mirrors the one to the other.
// docs/deploy.md#a-new-source
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param alertEmail = 'you@example.com'
