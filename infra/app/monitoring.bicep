// Where logs and metrics go, and whom alerts tell.

import { resourceTags } from 'types.bicep'

@description('Region of the resources.')
param location string
@description('What the names of the resources end with.')
param token string
@description('Name of the Application Insights component.')
param insightsName string
@description('Tags of the resources.')
param tags resourceTags
@description('Principal id of the app, which publishes metrics.')
param principalId string
@description('Name of the identity, which names its assignments: unlike the principal id it is known before a deployment.')
param identityName string
@description('Days that logs and metrics are kept.')
param retentionDays int
@description('Where alerts are sent to; nobody when empty.')
param alertEmail string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // No key opens it: what the app sends is authorised by its identity.
    DisableLocalAuth: true
  }
}

// Monitoring Metrics Publisher: the app and its host send traces and metrics without a key.
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource publishes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identityName, metricsPublisher)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource actions 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'blobmirror'
    enabled: true
    emailReceivers: empty(alertEmail)
      ? []
      : [
          {
            name: 'operators'
            emailAddress: alertEmail
            useCommonAlertSchema: true
          }
        ]
  }
}

@description('Resource id of the workspace.')
output workspaceId string = workspace.id
@description('Resource id of the action group.')
output actionGroupId string = actions.id
