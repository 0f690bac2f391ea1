import { beforeAll, describe, expect, it } from 'vitest';
import { checkInfra } from '../../scripts/infra/check-infra.ts';
import { readSources, type Sources } from '../../scripts/infra/sources.ts';

let sources: Sources;

beforeAll(async () => {
  sources = await readSources(new URL('../../', import.meta.url));
});

interface Fault {
  readonly fault: string;
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** The rule that finds it, and what it says. */
  readonly rule: string;
  readonly says: RegExp;
}

const APP = 'infra/app/function-app.bicep';
const BUS = 'infra/app/service-bus.bicep';
const STATE = 'infra/app/state.bicep';
const EVENTS = 'infra/app/event-subscription.bicep';
const MAIN = 'infra/main.bicep';

const FAULTS: readonly Fault[] = [
  {
    fault: 'a brace that is not closed',
    path: STATE,
    from: "sku: {\n    name: 'Standard_LRS'\n  }",
    to: "sku: {\n    name: 'Standard_LRS'\n",
    rule: 'syntax',
    says: /no Bicep|missing/,
  },
  {
    fault: 'a property that Azure does not know',
    path: STATE,
    from: 'allowBlobPublicAccess: false',
    to: 'allowPublicAccess: false',
    rule: 'types',
    says: /properties\.allowPublicAccess is no property/,
  },
  {
    fault: 'a property in the wrong place',
    path: BUS,
    from: "  sku: isPrivate\n    ? {\n        name: 'Premium'\n        tier: 'Premium'",
    to: "  sku: isPrivate\n    ? {\n        name: 'Premium'\n        lockDuration: 'PT5M'\n        tier: 'Premium'",
    rule: 'types',
    says: /sku\.lockDuration is no property/,
  },
  {
    fault: 'a choice that there is not',
    path: STATE,
    from: "minimumTlsVersion: 'TLS1_2'",
    to: "minimumTlsVersion: 'TLS12'",
    rule: 'types',
    says: /minimumTlsVersion is 'TLS12'; it should be .*TLS1_2/,
  },
  {
    fault: 'an end point of a kind that there is not',
    path: EVENTS,
    from: "endpointType: 'ServiceBusQueue'",
    to: "endpointType: 'ServiceBus'",
    rule: 'types',
    says: /endpointType is 'ServiceBus'; it should be .*ServiceBusQueue/,
  },
  {
    fault: 'a text where a number belongs',
    path: EVENTS,
    from: 'maxDeliveryAttempts: 30',
    to: "maxDeliveryAttempts: '30'",
    rule: 'types',
    says: /maxDeliveryAttempts is string; it should be int/,
  },
  {
    fault: 'a parameter of another type than the property',
    path: APP,
    from: 'param maximumInstances int',
    to: 'param maximumInstances string',
    rule: 'types',
    says: /maximumInstanceCount is string; it should be int/,
  },
  {
    fault: 'a required property that is left out',
    path: STATE,
    from: "  sku: {\n    name: 'Standard_LRS'\n  }\n",
    to: '',
    rule: 'types',
    says: /sku is missing/,
  },
  {
    fault: 'a property that only Azure sets',
    path: BUS,
    from: 'maxDeliveryCount: 10\n',
    to: 'maxDeliveryCount: 10\n  messageCount: 0\n',
    rule: 'types',
    says: /messageCount is Azure's to say/,
  },
  {
    fault: 'an API version whose types are not known',
    path: BUS,
    from: "namespaces/queues@2024-01-01' = {\n  parent: namespace\n  name: eventsQueue",
    to: "namespaces/queues@2023-01-01' = {\n  parent: namespace\n  name: eventsQueue",
    rule: 'types',
    says: /2023-01-01 is not in infra\/types/,
  },
  {
    fault: 'a role that is no longer assigned',
    path: 'infra/app/backup.bicep',
    from: "roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', writeRole)",
    to: 'roleDefinitionId: writeRole2',
    rule: 'roles',
    says: /nobody assigns the role ba92f5b4/,
  },
  {
    fault: 'a role that the table does not tell of',
    path: 'infra/app/source.bicep',
    from: "'2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'",
    to: "'17d1049b-9a84-46fb-8f53-869881c3d3ab'",
    rule: 'roles',
    says: /the role 17d1049b-\S+ is not in the table/,
  },
  {
    fault: 'an app setting that is misspelt',
    path: MAIN,
    from: '  BLOBMIRROR_DELETES: deletes',
    to: '  BLOBMIRROR_DELETE: deletes',
    rule: 'settings',
    says: /BLOBMIRROR_DELETE is not a setting of this release; did you mean BLOBMIRROR_DELETES/,
  },
  {
    fault: 'a required setting that is not set',
    path: MAIN,
    from: '  BLOBMIRROR_RECONCILE_QUEUE: reconcileQueue\n',
    to: '',
    rule: 'settings',
    says: /BLOBMIRROR_RECONCILE_QUEUE is not set/,
  },
  {
    fault: 'a source that is reached in both ways at once',
    path: MAIN,
    from: '      BLOBMIRROR_SOURCE__clientId: identity.outputs.clientId',
    to: "      BLOBMIRROR_SOURCE__clientId: identity.outputs.clientId\n      BLOBMIRROR_SOURCE: 'x'",
    rule: 'settings',
    says: /both set/,
  },
  {
    fault: 'a trigger without the kind of its credential',
    path: APP,
    from: "  BLOBMIRROR_SERVICE_BUS__credential: 'managedidentity'\n",
    to: '',
    rule: 'settings',
    says: /BLOBMIRROR_SERVICE_BUS__credential is not set/,
  },
  {
    fault: 'a value that the settings do not take',
    path: MAIN,
    from: "mirrorTags ? 'mirror' : 'off'",
    to: "mirrorTags ? 'yes' : 'no'",
    rule: 'settings',
    says: /BLOBMIRROR_TAGS is "no"/,
  },
  {
    fault: 'a queue of another name than the setting says',
    path: BUS,
    from: '  name: reconcileQueue',
    to: "  name: 'reconciles'",
    rule: 'queues',
    says: /the function reconcile-shard takes from reconcile, which nobody makes/,
  },
  {
    fault: 'a queue of another name than the embedded one',
    path: MAIN,
    from: "var eventsQueue = 'storage-events'",
    to: "var eventsQueue = 'events'",
    rule: 'queues',
    says: /storage-events of the embedded environment is not made/,
  },
  {
    fault: 'a queue that does not dead-letter what expires',
    path: BUS,
    from: 'deadLetteringOnMessageExpiration: true',
    to: 'deadLetteringOnMessageExpiration: false',
    rule: 'queues',
    says: /another deadLetteringOnMessageExpiration/,
  },
  {
    fault: 'a function of another name than in the code',
    path: APP,
    from: "'function:mirror'",
    to: "'function:mirrors'",
    rule: 'functions',
    says: /there is no function mirrors/,
  },
  {
    fault: 'a host.json that says something else',
    path: 'host.json',
    from: '"maxConcurrentCalls": 32',
    to: '"maxConcurrentCalls": 16',
    rule: 'functions',
    says: /maxConcurrentCalls is 16, and 32 in the template/,
  },
  {
    fault: 'a service of another name for azd',
    path: 'azure.yaml',
    from: '  mirror:',
    to: '  app:',
    rule: 'functions',
    says: /deploys the service app, and the app is "mirror"/,
  },
  {
    fault: 'a parameter that nobody uses',
    path: STATE,
    from: "@description('Region of the account.')",
    to: "@description('Not used.')\nparam more string = ''\n@description('Region of the account.')",
    rule: 'used',
    says: /more is never used/,
  },
  {
    fault: 'a parameter without a description',
    path: STATE,
    from: "@description('Region of the account.')\n",
    to: '',
    rule: 'described',
    says: /location has no description/,
  },
  {
    fault: 'a secret in an output',
    path: MAIN,
    from: 'output AZURE_RESOURCE_GROUP string = group.name',
    to: 'output AZURE_RESOURCE_GROUP string = sourceSasConnection',
    rule: 'secrets',
    says: /AZURE_RESOURCE_GROUP is a secret/,
  },
  {
    fault: 'a connection string in an output',
    path: 'infra/app/monitoring.bicep',
    from: 'output insightsName string = insights.name',
    to: 'output insightsName string = insights.properties.ConnectionString',
    rule: 'secrets',
    says: /insightsName is a secret/,
  },
  {
    fault: 'a parameter that a module is not given',
    path: MAIN,
    from: '    packageContainer: packageContainer\n    deadLetterContainer: deadLetterContainer\n',
    to: '    packageContainer: packageContainer\n',
    rule: 'modules',
    says: /state: the parameter deadLetterContainer is missing/,
  },
  {
    fault: 'a parameter that a module does not have',
    path: MAIN,
    from: "    name: 'id-${token}'",
    to: "    name: 'id-${token}'\n    sku: 'x'",
    rule: 'modules',
    says: /identity: it has no parameter sku/,
  },
  {
    fault: 'a parameter of another type than the module takes',
    path: MAIN,
    from: '    retentionDays: retentionDays',
    to: '    retentionDays: alertEmail',
    rule: 'modules',
    says: /retentionDays is string; it should be int/,
  },
  {
    fault: 'an output that a module does not have',
    path: MAIN,
    from: 'serviceBus.outputs.host',
    to: 'serviceBus.outputs.hostName',
    rule: 'modules',
    says: /it has no output hostName/,
  },
  {
    fault: 'a name that is declared nowhere',
    path: STATE,
    from: 'name: packageContainer',
    to: 'name: packagesContainer',
    rule: 'compiles',
    says: /packagesContainer is not declared here/,
  },
  {
    fault: 'a template that was not written anew',
    path: 'azuredeploy.json',
    from: '"storage-events"',
    to: '"storage-event"',
    rule: 'template',
    says: /npm run infra:build/,
  },
  {
    fault: 'Bicep that was changed without the template',
    path: BUS,
    from: "lockDuration: 'PT5M'",
    to: "lockDuration: 'PT1M'",
    rule: 'template',
    says: /npm run infra:build/,
  },
  {
    fault: 'an alert on a metric that there is not',
    path: 'infra/app/alerts.bicep',
    from: '"blobmirror.recovery.live.age"',
    to: '"blobmirror.recovery.age"',
    rule: 'metrics',
    says: /no metric blobmirror\.recovery\.age/,
  },
  {
    fault: 'a chart of a metric that there is not',
    path: 'infra/app/workbook.json',
    from: 'blobmirror.lag',
    to: 'blobmirror.lags',
    rule: 'metrics',
    says: /no metric blobmirror\.lags/,
  },
  {
    fault: 'a value of azd for a parameter that there is not',
    path: 'infra/main.parameters.json',
    from: '"location"',
    to: '"region"',
    rule: 'parameters',
    says: /region is no parameter/,
  },
  {
    fault: 'another default for azd than for the button',
    path: 'infra/main.parameters.json',
    from: 'SOFT_DELETE_DAYS=14',
    to: 'SOFT_DELETE_DAYS=7',
    rule: 'parameters',
    says: /softDeleteDays is 7 by default, and 14 in/,
  },
  {
    fault: 'types that nobody uses any more',
    path: 'infra/app/workbook.bicep',
    from: 'Microsoft.Insights/workbooks@2023-06-01',
    to: 'Microsoft.Insights/components@2020-02-02',
    rule: 'types',
    says: /workbooks@2023-06-01 is used nowhere/,
  },
  {
    fault: 'an output that would be taken for a wish the next time',
    path: MAIN,
    from: 'output MIRROR_SOURCE_NAME',
    to: 'output SOURCE_ACCOUNT_NAME',
    rule: 'parameters',
    says: /SOURCE_ACCOUNT_NAME is filled in, and an output too/,
  },
];

describe('the check of infra/ finds', () => {
  it.each(FAULTS)('$fault', async ({ path, from, to, rule, says }) => {
    const text = sources.get(path);
    expect(text?.split(from).length, `${path} holds what is replaced`).toBeGreaterThan(1);
    const findings = await checkInfra(new Map([...sources, [path, text?.replace(from, () => to) ?? '']]));
    const found = findings.filter((finding) => finding.rule === rule);
    expect(found.map(({ message }) => message)).toContainEqual(expect.stringMatching(says));
  });
});
