import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { findInContainerApp } from './rules/container-app.ts';

let snapshot: string;
let version: string;

beforeAll(async () => {
  const read = async (name: string) => await readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
  snapshot = await read('deploy/container-apps/example.snapshot.json');
  ({ version } = JSON.parse(await read('package.json')) as { version: string });
});

it('nothing is wrong with the app that deploy/container-apps makes', async () => {
  expect(await findInContainerApp(snapshot, version)).toEqual([]);
});

/** What is changed into what, and what is then found. */
const FAULTS: readonly (readonly [from: string, to: string, found: RegExp])[] = [
  ['"diagnostics": []', '"diagnostics": [{ "code": "NestedDeploymentShortCircuited" }]', /the snapshot says/],
  ['"Microsoft.App/containerApps"', '"Microsoft.App/jobs"', /there should be one app/],
  ['blobmirror:0.1.0', 'blobmirror:latest', /tag of the image/],
  [`[parameters('httpKey')]`, 'fP9hVt1v7mC0b2Qx8sYkLw3e', /the secret http-key is in the template/],
  ['"secretRef": "http-key"', '"secretRef": "key"', /there is no secret key/],
  ['"secretRef": "http-key"', '"value": "fP9hVt1v7mC0b2Qx8sYkLw3e"', /BLOBMIRROR_HTTP_KEY is of no secret/],
  [`reference('/subscriptions/`, `reference('/subscription/`, /is of an identity that the app does not have/],
  [
    'blobmirror-scale": {}',
    'blobmirror-other": {}',
    /a rule reads a queue by .*blobmirror-scale, which the app does not/,
  ],
  ['"identity": "/', '"auth": "/', /reads the queue by no identity/],
  ['"ingress": null', '"ingress": { "external": true, "targetPort": 7071 }', /open to the internet/],
  ['"ingress": null', '"ingress": { "external": false, "targetPort": 8080 }', /the port is 8080/],
  [
    '"name": "BLOBMIRROR_EVENTS_QUEUE"',
    '"name": "BLOBMIRROR_EVENT_QUEUE"',
    /did you mean BLOBMIRROR_EVENTS_QUEUE/,
  ],
  ['https://photos.blob', 'photos.blob', /the worker does not start: BLOBMIRROR_SOURCE/],
  [
    '"queueName": "reconcile"',
    '"queueName": "storage-events"',
    /0 rules scale by the length of the queue reconcile/,
  ],
  ['"namespace": "mirror"', '"namespace": "mirror.servicebus.windows.net"', /of another namespace/],
  ['"messageCount": "4"', '"messageCount": 4', /no messageCount as text/],
  ['"minReplicas": 1', '"minReplicas": 0', /no timer runs/],
  ['/api/health/live', '/api/health', /the probe asks for/],
  ['"port": 7071', '"port": 80', /the probe asks at 80/],
];

it.each(FAULTS)('%j as %j is found', async (from, to, found) => {
  expect(snapshot).toContain(from);
  const findings = await findInContainerApp(snapshot.replace(from, to), version);
  expect(findings.join('\n')).toMatch(found);
});
