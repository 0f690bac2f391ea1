import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { type Surroundings, findInKubernetes } from './rules/kubernetes.ts';
import { type KubernetesFiles, readKubernetesFiles } from '../../scripts/deploy/manifests.ts';

let files: KubernetesFiles;
let surroundings: Surroundings;

beforeAll(async () => {
  const read = async (name: string) => await readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
  const { version } = JSON.parse(await read('package.json')) as { version: string };
  files = await readKubernetesFiles();
  surroundings = { ignored: await read('.gitignore'), version };
});

it('nothing is wrong with deploy/kubernetes', async () => {
  expect(Object.keys(files)).toContain('deployment.yaml');
  expect(await findInKubernetes(files, surroundings)).toEqual([]);
});

const POD = '      securityContext:\n        # As';
const OWN = '          securityContext:\n';

/** The file, what is changed into what, and what is then found. */
const FAULTS: readonly (readonly [file: string, from: string, to: string, found: RegExp])[] = [
  // What the kustomization says is there.
  ['kustomization.yaml', '  - network-policy.yaml\n', '', /leaves network-policy\.yaml out/],
  [
    'kustomization.yaml',
    '  - network-policy.yaml',
    '  - service.yaml',
    /lists service\.yaml, which is not there/,
  ],
  [
    'kustomization.yaml',
    '  - namespace.yaml',
    '  - namespace.yaml\n  - namespace.yaml',
    /lists namespace\.yaml twice/,
  ],
  [
    'kustomization.yaml',
    'envs: [settings.env]',
    'envs: [setting.env]',
    /settings setting\.env are not there/,
  ],
  ['kustomization.yaml', 'files: [http-key]', 'files: [key.txt]', /git does not ignore key\.txt/],
  ['kustomization.yaml', 'newTag: 0.1.0', 'newTag: latest', /tag of blobmirror is not the version/],
  [
    'scaled-object.yaml',
    'apiVersion',
    'kind: Secret\n---\napiVersion',
    /scaled-object\.yaml has a Secret in it/,
  ],
  // Names.
  ['kustomization.yaml', 'namespace: blobmirror', 'namespace: mirror', /no Namespace mirror/],
  [
    'kustomization.yaml',
    'name: blobmirror-settings',
    'name: settings',
    /no configMapGenerator makes blobmirror-settings/,
  ],
  ['kustomization.yaml', 'name: blobmirror-http', 'name: http', /no secretGenerator makes blobmirror-http/],
  [
    'kustomization.yaml',
    '- name: blobmirror\n',
    '- name: worker\n',
    /does not say where the image blobmirror is/,
  ],
  ['deployment.yaml', 'key: http-key', 'key: key', /the secret has no key, which BLOBMIRROR_HTTP_KEY/],
  [
    'deployment.yaml',
    'serviceAccountName: blobmirror',
    'serviceAccountName: worker',
    /no ServiceAccount worker/,
  ],
  ['deployment.yaml', "azure.workload.identity/use: 'true'", 'other: label', /gets no identity/],
  [
    'deployment.yaml',
    "azure.workload.identity/use: 'true'",
    'azure.workload.identity/use: true',
    /gets no identity/,
  ],
  ['service-account.yaml', 'workload.identity/client-id', 'workload.identity/id', /gets no identity/],
  [
    'deployment.yaml',
    '    matchLabels:\n      app: blobmirror',
    '    matchLabels:\n      app: worker',
    /Deployment does not select/,
  ],
  ['network-policy.yaml', '      app: blobmirror', '      app: worker', /NetworkPolicy does not select/],
  [
    'scaled-object.yaml',
    '  scaleTargetRef:\n    name: blobmirror',
    '  scaleTargetRef:\n    name: worker',
    /no Deployment worker/,
  ],
  [
    'trigger-authentication.yaml',
    'name: blobmirror-queues',
    'name: blobmirror-keda',
    /no TriggerAuthentication blobmirror-queues/,
  ],
  ['trigger-authentication.yaml', 'azure-workload', 'azure', /KEDA gets no identity/],
  ['deployment.yaml', 'spec:\n  #', 'spec:\n  replicas: 3\n  #', /would set against the ScaledObject/],
  // Settings.
  [
    'settings.env',
    'BLOBMIRROR_EVENTS_QUEUE',
    'BLOBMIRROR_EVENT_QUEUE',
    /did you mean BLOBMIRROR_EVENTS_QUEUE/,
  ],
  ['settings.env', 'BLOBMIRROR_SOURCE__blob', '#', /the worker does not start: BLOBMIRROR_SOURCE/],
  ['settings.env', '=https://photos.', "='https://photos.", /the worker does not start: BLOBMIRROR_SOURCE/],
  [
    'settings.env',
    'photosstate.blob.core.windows.net',
    'photosstate.blob.core.windows.net?sv=1&sig=abc',
    /does not start|secret in it/,
  ],
  [
    'deployment.yaml',
    'name: BLOBMIRROR_HTTP_KEY',
    'name: BLOBMIRROR_HTTP_KEYS',
    /did you mean BLOBMIRROR_HTTP_KEY/,
  ],
  // Queues.
  ['settings.env', '=storage-events', '=events', /should be storage-events/],
  [
    'scaled-object.yaml',
    'queueName: reconcile',
    'queueName: storage-events',
    /0 rules scale by the length of the queue reconcile/,
  ],
  ['scaled-object.yaml', 'namespace: mirror', 'namespace: mirrors', /of another namespace/],
  ['scaled-object.yaml', "messageCount: '4'", 'messageCount: 4', /reconcile has no messageCount as text/],
  [
    'scaled-object.yaml',
    "messageCount: '4'",
    "messagecount: '4'",
    /has messagecount, which is not known here/,
  ],
  ['scaled-object.yaml', 'type: azure-servicebus', 'type: azure-queue', /of the type azure-queue/],
  ['scaled-object.yaml', 'minReplicaCount: 1', 'minReplicaCount: 0', /no timer runs/],
  // Probes and ports.
  ['deployment.yaml', 'path: /api/health/live', 'path: /api/health', /the probe asks for \/api\/health;/],
  ['deployment.yaml', 'containerPort: 7071', 'containerPort: 8080', /the port is/],
  ['deployment.yaml', 'port: http', 'port: https', /the probe asks at undefined/],
  ['network-policy.yaml', 'port: 7071', 'port: 7070', /the port is/],
  // Pod Security.
  ['namespace.yaml', 'enforce: restricted', 'enforce: baseline', /does not enforce what is restricted/],
  ['deployment.yaml', 'runAsNonRoot: true', 'runAsNonRoot: false', /worker may run as root/],
  ['deployment.yaml', POD, POD.replace('# As', 'runAsUser: 0\n        # As'), /the Pod runs as root/],
  ['deployment.yaml', 'type: RuntimeDefault', 'type: Unconfined', /unconfined by seccomp/],
  [
    'deployment.yaml',
    OWN,
    `${OWN}            seccompProfile: { type: Unconfined }\n`,
    /worker has no seccomp profile/,
  ],
  ['deployment.yaml', OWN, `${OWN}            runAsNonRoot: false\n`, /worker may run as root/],
  ['deployment.yaml', OWN, `${OWN}            privileged: true\n`, /is privileged/],
  ['deployment.yaml', OWN, `${OWN}            procMount: Unmasked\n`, /sees all of \/proc/],
  [
    'deployment.yaml',
    OWN,
    `${OWN}            appArmorProfile: { type: Unconfined }\n`,
    /unconfined by AppArmor/,
  ],
  ['deployment.yaml', OWN, `${OWN}            seLinuxOptions: { type: spc_t }\n`, /type of SELinux/],
  [
    'deployment.yaml',
    'allowPrivilegeEscalation: false',
    'allowPrivilegeEscalation: true',
    /may gain privileges/,
  ],
  ['deployment.yaml', 'drop: [ALL]', 'drop: [NET_RAW]', /keeps capabilities/],
  ['deployment.yaml', 'drop: [ALL]', 'drop: [ALL]\n              add: [SYS_ADMIN]', /adds \["SYS_ADMIN"\]/],
  [
    'deployment.yaml',
    'readOnlyRootFilesystem: true',
    'readOnlyRootFileSystem: true',
    /may write to its file system/,
  ],
  [
    'deployment.yaml',
    'containerPort: 7071',
    'containerPort: 7071\n              hostPort: 7071',
    /takes a port of the node/,
  ],
  ['deployment.yaml', 'path: /api', 'host: 10.0.0.1\n              path: /api', /a probe of another host/],
  [
    'deployment.yaml',
    '      containers:',
    '      hostNetwork: true\n      containers:',
    /the Pod has hostNetwork/,
  ],
  [
    'deployment.yaml',
    '      containers:',
    '      volumes: [{ name: node, hostPath: { path: / } }]\n      containers:',
    /volume node is a hostPath/,
  ],
  [
    'deployment.yaml',
    '      containers:',
    '      initContainers: [{ name: first, image: blobmirror }]\n      containers:',
    /container first keeps capabilities/,
  ],
];

it.each(FAULTS)('in %s, %j as %j is found', async (file, from, to, found) => {
  const text = files[file] ?? '';
  expect(text).toContain(from);
  const findings = await findInKubernetes({ ...files, [file]: text.replace(from, to) }, surroundings).catch(
    (error: unknown) => [String(error)],
  );
  expect(findings.join('\n')).toMatch(found);
});
