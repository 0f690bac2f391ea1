// Mirrors an account in another subscription of the tenant.
// docs/deploy.md#a-source-in-another-subscription
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param sourceAccountName = 'photos'
param sourceResourceGroup = 'photos-rg'
param sourceSubscriptionId = '11111111-2222-3333-4444-555555555555'
param sourceKind = 'flat'
