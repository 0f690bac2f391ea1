// Mirrors a Data Lake account that exists through a private network, with an instance that waits for the first change.
// docs/deploy.md#a-private-network-and-an-existing-data-lake-account
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceAccountName = 'photos'
param sourceResourceGroup = 'photos-rg'
param sourceKind = 'hierarchical'
param privateNetwork = true
param readyInstances = 1
