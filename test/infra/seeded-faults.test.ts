import { beforeAll, describe, expect, it } from 'vitest';
import { readSources, type Sources } from '../../scripts/infra/sources.ts';
import { checkInfra } from './check-infra.ts';

let sources: Sources;
beforeAll(async () => {
  sources = await readSources(new URL('../../', import.meta.url));
});

interface Fault {
  readonly fault: string;
  readonly path: string;
  readonly from: string | RegExp;
  readonly to: string;
  /** The rule that finds it, and what it says. */
  readonly rule: string;
  readonly says: RegExp;
}

const of = (walkThrough: string): string => `infra/walk-throughs/${walkThrough}.snapshot.json`;
const NEW = of('new-source');
const PRIVATE = of('private-network');
const DEPLOY = 'docs/deploy.md';
const OPERATIONS = 'docs/operations.md';
const AZD = 'infra/main.parameters.json';

/** In what the compiler made, in the pages and in the files beside it: test/bicep/ has faults of the Bicep itself. */
const FAULTS: readonly Fault[] = [
  {
    fault: 'a template that was changed by hand',
    path: 'azuredeploy.json',
    from: 'storage-events',
    to: 'storage-event',
    rule: 'built',
    says: /npm run infra:build/,
  },
  {
    fault: 'Bicep that was changed and not built',
    path: 'infra/app/state.bicep',
    from: 'days: 7',
    to: 'days: 8',
    rule: 'built',
    says: /npm run infra:build/,
  },
  {
    fault: 'a walk-through that no page links to',
    path: DEPLOY,
    from: '](../infra/walk-throughs/existing-backup.bicepparam)',
    to: '](x)',
    rule: 'docs',
    says: /links to no \S+existing-backup/,
  },
  {
    fault: 'a command that sets something else than the file',
    path: DEPLOY,
    from: 'SYSTEM_TOPIC_NAME photos-events',
    to: 'SYSTEM_TOPIC_NAME other',
    rule: 'docs',
    says: /no command sets systemTopicName to photos-events/,
  },
  {
    fault: 'a command that the file does not have',
    path: DEPLOY,
    from: 'azd env set BACKUP_LOCATION northeurope',
    to: 'azd env set BACKUP_LOCATION northeurope\nazd env set TIER Cool',
    rule: 'docs',
    says: /a command sets tier/,
  },
  {
    fault: 'a value of azd for a parameter that there is not',
    path: AZD,
    from: '"location"',
    to: '"region"',
    rule: 'parameters',
    says: /region is no parameter/,
  },
  {
    fault: 'another default for azd than for the button',
    path: AZD,
    from: 'SOFT_DELETE_DAYS=14',
    to: 'SOFT_DELETE_DAYS=7',
    rule: 'parameters',
    says: /softDeleteDays is 7 by default, and 14 in/,
  },
  {
    fault: 'an output that azd would take for a wish the next time',
    path: AZD,
    from: '${TIER=same}',
    to: '${MIRROR_BACKUP_NAME=same}',
    rule: 'parameters',
    says: /MIRROR_BACKUP_NAME is filled in, and an output too/,
  },
  {
    fault: 'a secret in an output',
    path: 'azuredeploy.json',
    from: "reference('app').outputs.url.value",
    to: "parameters('sourceSas')",
    rule: 'secrets',
    says: /FUNCTION_APP_URL is a secret/,
  },
  {
    fault: 'a template without modules',
    path: 'azuredeploy.json',
    from: /"type": "Microsoft.Resources\/deployments"/g,
    to: '"type": "Microsoft.Resources/deployment"',
    rule: 'order',
    says: /no module makes a resource of a given name/,
  },
  {
    fault: 'a role that the table does not have',
    path: DEPLOY,
    from: /^\| Storage Blob Data Reader.*$/m,
    to: '',
    rule: 'roles',
    says: /2a2b9908\S+ of the identity on \S+ is assigned, and not in the table/,
  },
  {
    fault: 'a role of the table that nobody assigns',
    path: NEW,
    from: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
    to: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
    rule: 'roles',
    says: /69a216fc\S+ of the topic on \S+storage-events is in the table of docs.deploy.md, and not assigned/,
  },
  {
    fault: 'a role on the other queue',
    path: NEW,
    from: 'queues/reconcile/providers/Microsoft.Authorization',
    to: 'queues/storage-events/providers/Microsoft.Authorization',
    rule: 'roles',
    says: /of the identity on \S+reconcile is in the table/,
  },
  {
    fault: 'a table of roles that cannot be read',
    path: DEPLOY,
    from: '| in this tenant, with `canary`',
    to: '| in this tenant, and so on',
    rule: 'roles',
    says: /"in this tenant, and so on" in the table of roles cannot be read/,
  },
  {
    fault: 'an app setting that nobody reads',
    path: NEW,
    from: '"name": "BLOBMIRROR_ACL"',
    to: '"name": "SOMETHING_ELSE"',
    rule: 'settings',
    says: /nobody reads the setting SOMETHING_ELSE/,
  },
  {
    fault: 'a required setting that is not set',
    path: NEW,
    from: '"name": "BLOBMIRROR_RECONCILE_QUEUE"',
    to: '"name": "AzureWebJobsDisableHomepage"',
    rule: 'settings',
    says: /BLOBMIRROR_RECONCILE_QUEUE is not set/,
  },
  {
    fault: 'a queue that does not dead-letter what expires',
    path: NEW,
    from: '"deadLetteringOnMessageExpiration": true',
    to: '"deadLetteringOnMessageExpiration": false',
    rule: 'queues',
    says: /deadLetteringOnMessageExpiration false/,
  },
  {
    fault: 'a function that may run for longer than a lock is renewed',
    path: 'host.json',
    from: '"functionTimeout": "00:10:00"',
    to: '"functionTimeout": "00:20:00"',
    rule: 'queues',
    says: /maxAutoLockRenewalDuration 00:15:00 is not longer/,
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
    fault: 'an event type that nobody reads',
    path: NEW,
    from: 'Microsoft.Storage.BlobTierChanged',
    to: 'Microsoft.Storage.AsyncOperationInitiated',
    rule: 'events',
    says: /AsyncOperationInitiated is delivered, and nobody reads it/,
  },
  {
    fault: 'undelivered events in a container that nobody looks into',
    path: NEW,
    from: '"blobContainerName": "event-grid-dead-letters"',
    to: '"blobContainerName": "dead-letters"',
    rule: 'events',
    says: /undelivered events go to dead-letters/,
  },
  {
    fault: 'a threshold that the table does not have',
    path: NEW,
    from: '"threshold": 500',
    to: '"threshold": 5',
    rule: 'alerts',
    says: /throttling alerts above 5, and above 500/,
  },
  {
    fault: 'hours for seconds',
    path: OPERATIONS,
    from: '`provenHours` (3) hours',
    to: '`provenHours` (3) minutes',
    rule: 'alerts',
    says: /recovery-point-proven alerts above 10800, and above \S+ \(3\) minutes \(180\)/,
  },
  {
    fault: 'an alert over another time',
    path: NEW,
    from: '"windowSize": "PT5M"',
    to: '"windowSize": "PT1H"',
    rule: 'alerts',
    says: /looks at PT1H, and 5 minutes/,
  },
  {
    fault: 'an alert on the most where the least is meant',
    path: NEW,
    from: 'summarize Age = min(Min)',
    to: 'summarize Age = max(Max)',
    rule: 'alerts',
    says: /recovery-point-live measures the most/,
  },
  {
    fault: 'an alert on another resource',
    path: NEW,
    from: /"scopes": \[\s*"[^"]+ServiceBus[^"]+"/,
    to: '"scopes": ["/subscriptions/0/providers/Microsoft.Storage/storageAccounts/x"',
    rule: 'alerts',
    says: /DeadletteredMessages of \S+, which is no Microsoft.ServiceBus/,
  },
  {
    fault: 'an alert below in place of above',
    path: NEW,
    from: '"operator": "GreaterThan"',
    to: '"operator": "LessThan"',
    rule: 'alerts',
    says: /which Azure has not/,
  },
  {
    fault: 'an alert that the table does not have',
    path: OPERATIONS,
    from: /^\| `backlog` .*$/m,
    to: '',
    rule: 'alerts',
    says: /the alert blobmirror-photos-backlog is not in the table/,
  },
  {
    fault: 'an alert of the table that nobody makes',
    path: NEW,
    from: '"name": "blobmirror-photos-silent"',
    to: '"name": "blobmirror-photos-backlog"',
    rule: 'alerts',
    says: /nothing alerts as silent/,
  },
  {
    fault: 'a mail to somebody else',
    path: NEW,
    from: '"emailAddress": "you@example.com"',
    to: '"emailAddress": "me@example.com"',
    rule: 'alerts',
    says: /alerts do not go to you@example.com/,
  },
  {
    fault: 'an attribute that a metric does not have',
    path: NEW,
    from: 'tostring(Properties.door)',
    to: 'tostring(Properties.way)',
    rule: 'queries',
    says: /has no attribute way/,
  },
  {
    fault: 'a code that health never has',
    path: NEW,
    from: '\\"proven-behind\\"',
    to: '\\"proven-late\\"',
    rule: 'queries',
    says: /code is never "proven-late"/,
  },
  {
    fault: 'a table that there is not',
    path: NEW,
    from: 'AppRequests | where',
    to: 'Requests | where',
    rule: 'queries',
    says: /its table is not known/,
  },
  {
    fault: 'a password for deployments',
    path: NEW,
    from: '"allow": false',
    to: '"allow": true',
    rule: 'closed',
    says: /has not allow false/,
  },
  {
    fault: 'TLS 1.0',
    path: NEW,
    from: '"minimumTlsVersion": "TLS1_2"',
    to: '"minimumTlsVersion": "TLS1_0"',
    rule: 'closed',
    says: /has not minimumTlsVersion/,
  },
  {
    fault: 'an account that is closed to the app',
    path: NEW,
    from: '"defaultAction": "Allow"',
    to: '"defaultAction": "Deny"',
    rule: 'closed',
    says: /is closed without a private network/,
  },
  {
    fault: 'an endpoint that is missing',
    path: PRIVATE,
    from: '"name": "pe-queues"',
    to: '"name": "pe-other"',
    rule: 'closed',
    says: /should be pe-backup, pe-queues/,
  },
  {
    fault: 'a resource whose condition is left to Azure',
    path: NEW,
    from: '"type": "Microsoft.Insights/workbooks",',
    to: '"type": "Microsoft.Insights/workbooks", "condition": "[reference(1)]",',
    rule: 'what-if',
    says: /Microsoft.Insights.workbooks is deployed is known to Azure alone/,
  },
  {
    fault: 'something that the compiler had to leave out',
    path: NEW,
    from: '"diagnostics": []',
    to: '"diagnostics": ["NestedDeploymentShortCircuited"]',
    rule: 'what-if',
    says: /leaves something out/,
  },
];

describe('the check of infra/ finds', () => {
  // In a title, `$fault` would be cut off.
  it.each(FAULTS.map((fault) => [fault.fault, fault] as const))(
    '%s',
    async (_name, { path, from, to, rule, says }) => {
      const text = sources.get(path) ?? '';
      const changed = text.replace(from, () => to);
      expect(changed, `${path} holds what is replaced`).not.toBe(text);
      const findings = await checkInfra(new Map([...sources, [path, changed]]));
      const messages = findings.filter((finding) => finding.rule === rule).map(({ message }) => message);
      expect(messages).toContainEqual(expect.stringMatching(says));
    },
  );
});
