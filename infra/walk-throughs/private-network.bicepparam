// Makes a source and a backup, and reaches them through a private network.
// docs/deploy.md#a-private-network
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param privateNetwork = true
