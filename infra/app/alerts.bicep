// When somebody is to be told. Alerts on Event Grid are beside its subscription, in event-subscription.bicep.

import { resourceTags } from 'types.bicep'

@description('Region of the rules.')
param location string
@description('What the names of the rules begin with.')
param name string
@description('Tags of the resources.')
param tags resourceTags
@description('Name of the Service Bus namespace.')
param namespaceName string
@description('Resource id of the workspace.')
param workspaceId string
@description('Resource id of the action group.')
param actionGroupId string
@description('Minutes that a change may wait before somebody is told.')
param liveMinutes int
@description('Changes that may wait for more than half an hour before somebody is told.')
param backlogMessages int
@description('Hours that the last full sync may be ago before somebody is told.')
param provenHours int

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' existing = {
  name: namespaceName
}

var queueMetrics = [
  {
    name: 'DeadletteredMessages'
    about: 'A change was given up. The page of the mirror and "blobmirror deadletter list" say which and why.'
    aggregation: 'Maximum'
    severity: 1
    threshold: 0
  }
  {
    name: 'ThrottledRequests'
    about: 'Service Bus throttles the namespace. Changes are mirrored later: more messaging units, or fewer instances.'
    aggregation: 'Total'
    severity: 2
    threshold: 50
  }
]

resource queueAlerts 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for metric in queueMetrics: {
    name: '${name}-${metric.name}'
    location: 'global'
    tags: tags
    properties: {
      description: metric.about
      severity: metric.severity
      enabled: true
      scopes: [namespace.id]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'any'
            metricName: metric.name
            metricNamespace: 'Microsoft.ServiceBus/namespaces'
            timeAggregation: metric.aggregation
            operator: 'GreaterThan'
            threshold: metric.threshold
          }
        ]
      }
      // Over by itself when the dead letters were replayed or purged.
      autoMitigate: true
      actions: [
        {
          actionGroupId: actionGroupId
        }
      ]
    }
  }
]

var logAlerts = [
  {
    name: 'recovery-point-live'
    about: 'The oldest change that waits is older than it should be: the mirror does not keep pace, or stands still.'
    query: 'AppMetrics | where Name == "blobmirror.recovery.live.age" | summarize Age = min(Min)'
    column: 'Age'
    threshold: liveMinutes * 60
    severity: 1
  }
  {
    name: 'backlog'
    about: 'Changes have waited for more than half an hour. The page of the mirror shows how many and how large.'
    query: 'AppMetrics | where Name == "blobmirror.backlog.messages" | where tostring(Properties.age) in ("30 min-2 h", "2-8 h", "8-24 h", "more") | summarize Waiting = max(Max)'
    column: 'Waiting'
    threshold: backlogMessages
    severity: 2
  }
  {
    name: 'recovery-point-proven'
    about: 'No full sync was completed for too long, so nobody knows what events have missed.'
    query: 'AppMetrics | where Name == "blobmirror.recovery.proven.age" | summarize Age = min(Min)'
    column: 'Age'
    threshold: provenHours * 3600
    severity: 2
  }
  {
    name: 'silent'
    about: 'The app sends no figures: it does not run, or it cannot start. Its log says why.'
    query: 'AppMetrics | where Name startswith "blobmirror." | summarize Figures = count() | extend Silent = iff(Figures == 0, 1, 0)'
    column: 'Silent'
    threshold: 0
    severity: 1
  }
  {
    name: 'failures'
    about: 'Functions failed. A message that failed comes again; a start that failed does not pass by itself.'
    query: 'AppRequests | where Success == false | summarize Failures = count()'
    column: 'Failures'
    threshold: 20
    severity: 2
  }
  {
    name: 'throttling'
    about: 'Storage throttles the mirror. BLOBMIRROR_MAX_REQUESTS_PER_SECOND leaves room for others.'
    query: 'AppMetrics | where Name == "blobmirror.throttles" | summarize Throttled = sum(Sum)'
    column: 'Throttled'
    threshold: 500
    severity: 3
  }
]

// One rule for all problems of health: it alerts for each code by itself. Left out is what another rule here watches.
var healthAlerts = [
  {
    name: 'health-failing'
    about: 'Health fails. The alert names the code of the problem; docs/operations.md says what to do about each.'
    query: 'AppMetrics | where Name == "blobmirror.health.problems" | where tostring(Properties.severity) == "failing" | extend Code = tostring(Properties.code) | where Code !in ("live-behind", "proven-behind", "app-silent", "dead-letters") | summarize Problems = max(Max) by Code'
    severity: 1
  }
  {
    name: 'health-warning'
    about: 'Health reports a problem that does not make it fail, or not yet. The alert names its code; docs/operations.md says what to do about each.'
    query: 'AppMetrics | where Name == "blobmirror.health.problems" | where tostring(Properties.severity) == "warning" | extend Code = tostring(Properties.code) | summarize Problems = max(Max) by Code'
    severity: 3
  }
]

resource healthRules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in healthAlerts: {
    name: '${name}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name}: ${alert.name}'
      description: alert.about
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        allOf: [
          {
            query: alert.query
            metricMeasureColumn: 'Problems'
            dimensions: [
              {
                name: 'Code'
                operator: 'Include'
                values: ['*']
              }
            ]
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      // The tables are there only when the first line was written.
      skipQueryValidation: true
      actions: {
        actionGroups: [actionGroupId]
      }
    }
  }
]

resource rules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in logAlerts: {
    name: '${name}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name}: ${alert.name}'
      description: alert.about
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        allOf: [
          {
            query: alert.query
            metricMeasureColumn: alert.column
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: alert.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      // The tables are there only when the first line was written.
      skipQueryValidation: true
      actions: {
        actionGroups: [actionGroupId]
      }
    }
  }
]
