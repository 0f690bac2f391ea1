// No canary and no scaling by the length of the queues: the smallest roles.
// docs/deploy.md#more-or-fewer-rights
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param canary = false
param scaleByQueueLength = false
param mirrorAcl = false
