// Mirrors an account that has a system topic already. Its kind is not given, so Azure is asked for it.
// docs/deploy.md#a-source-that-has-a-system-topic
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceAccountName = 'photos'
param sourceResourceGroup = 'photos-rg'
param systemTopicName = 'photos-events'
param systemTopicResourceGroup = 'photos-rg'
