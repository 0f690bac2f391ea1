import {
  type Json,
  type KubernetesFiles,
  KUSTOMIZATION,
  type Manifest,
} from '../../../scripts/deploy/manifests.ts';
import { at, kustomizationOf, listAt, manifestsOf, textAt } from '../../../scripts/deploy/manifests.ts';
import { findPodSecurity } from './pod-security.ts';
import { NO_KEY, type WorkerDeployment, findInDeployment } from './worker.ts';

export interface Surroundings {
  /** What .gitignore says. */
  readonly ignored: string;
  /** Of package.json. */
  readonly version: string;
}

/** What is wrong with deploy/kubernetes: a line each. */
export async function findInKubernetes(
  files: KubernetesFiles,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const manifests = manifestsOf(files);
  const pod = at(only(manifests, 'Deployment').content, 'spec', 'template', 'spec');
  return [
    ...findInFiles(files, manifests, surroundings),
    ...findInNames(files, manifests),
    ...findPodSecurity(pod),
    ...findInNamespace(manifests),
    ...(await findInDeployment(workerOf(files, manifests))),
  ];
}

function only(manifests: readonly Manifest[], kind: string): Manifest {
  const [found, another] = manifests.filter((each) => each.kind === kind);
  if (found === undefined || another !== undefined) throw new Error(`there should be one ${kind}`);
  return found;
}

/** The kustomization lists what is there, and nothing that is there is a secret. */
function findInFiles(
  files: KubernetesFiles,
  manifests: readonly Manifest[],
  { ignored, version }: Surroundings,
): readonly string[] {
  const kustomization = kustomizationOf(files);
  const listed = listAt(kustomization, 'resources').map(String);
  const there = Object.keys(files).filter((name) => name.endsWith('.yaml') && name !== KUSTOMIZATION);
  const secretFiles = listAt(kustomization, 'secretGenerator').flatMap((each) =>
    listAt(each, 'files').map(String),
  );
  return [
    ...there.filter((name) => !listed.includes(name)).map((name) => `${KUSTOMIZATION} leaves ${name} out`),
    ...listed
      .filter((name) => !there.includes(name))
      .map((name) => `${KUSTOMIZATION} lists ${name}, which is not there`),
    ...listed
      .filter((name, index) => listed.indexOf(name) !== index)
      .map((name) => `${KUSTOMIZATION} lists ${name} twice`),
    ...settingsFiles(files)
      .filter((name) => !(name in files))
      .map((name) => `the settings ${name} are not there`),
    ...secretFiles
      .filter((name) => !ignored.split('\n').includes(`deploy/kubernetes/${name}`))
      .map((name) => `git does not ignore ${name}, which is a secret`),
    ...manifests.filter(({ kind }) => kind === 'Secret').map(({ file }) => `${file} has a Secret in it`),
    ...listAt(kustomization, 'images')
      .filter((image) => at(image, 'newTag') !== version)
      .map((image) => `the tag of ${textAt(image, 'name')} is not the version of this release, ${version}`),
  ];
}

function settingsFiles(files: KubernetesFiles): readonly string[] {
  return listAt(kustomizationOf(files), 'configMapGenerator').flatMap((each) =>
    listAt(each, 'envs').map(String),
  );
}

/** Whatever one object calls another one by. */
function findInNames(files: KubernetesFiles, manifests: readonly Manifest[]): readonly string[] {
  const kustomization = kustomizationOf(files);
  const findings: string[] = [];
  const refer = (kind: string, name: string): void => {
    if (!manifests.some((each) => each.kind === kind && each.name === name))
      findings.push(`there is no ${kind} ${name || 'without a name'}`);
  };
  const generated = (generator: string, name: string): Json | undefined => {
    const found = listAt(kustomization, generator).find((each) => textAt(each, 'name') === name);
    if (found === undefined) findings.push(`no ${generator} makes ${name || 'what has no name'}`);
    return found;
  };
  const { content } = only(manifests, 'Deployment');
  const labels = at(content, 'spec', 'template', 'metadata', 'labels');
  const select = (who: string, selector: Json | undefined): void => {
    const wanted = Object.entries(at(selector, 'matchLabels') ?? {});
    if (wanted.length === 0 || wanted.some(([name, value]) => at(labels, name) !== value))
      findings.push(`the ${who} does not select the Pods of the worker`);
  };

  refer('Namespace', textAt(kustomization, 'namespace'));
  select('Deployment', at(content, 'spec', 'selector'));
  select('NetworkPolicy', at(only(manifests, 'NetworkPolicy').content, 'spec', 'podSelector'));
  const account = only(manifests, 'ServiceAccount');
  refer('ServiceAccount', textAt(content, 'spec', 'template', 'spec', 'serviceAccountName'));
  if (
    at(labels, 'azure.workload.identity/use') !== 'true' ||
    textAt(account.content, 'metadata', 'annotations', 'azure.workload.identity/client-id') === ''
  )
    findings.push('the worker gets no identity');
  const container = workerContainer(content);
  if (!listAt(kustomization, 'images').some((image) => at(image, 'name') === at(container, 'image')))
    findings.push(`${KUSTOMIZATION} does not say where the image ${textAt(container, 'image')} is`);
  for (const source of listAt(container, 'envFrom'))
    generated('configMapGenerator', textAt(source, 'configMapRef', 'name'));
  for (const variable of listAt(container, 'env')) {
    const reference = at(variable, 'valueFrom', 'secretKeyRef');
    if (reference === undefined) continue;
    const keys = listAt(generated('secretGenerator', textAt(reference, 'name')), 'files').map(String);
    if (!keys.includes(textAt(reference, 'key')))
      findings.push(
        `the secret has no ${textAt(reference, 'key')}, which ${textAt(variable, 'name')} is made of`,
      );
  }

  const scaled = only(manifests, 'ScaledObject').content;
  refer('Deployment', textAt(scaled, 'spec', 'scaleTargetRef', 'name'));
  for (const trigger of listAt(scaled, 'spec', 'triggers'))
    refer('TriggerAuthentication', textAt(trigger, 'authenticationRef', 'name'));
  if (
    textAt(only(manifests, 'TriggerAuthentication').content, 'spec', 'podIdentity', 'provider') !==
    'azure-workload'
  )
    findings.push('KEDA gets no identity');
  if (at(content, 'spec', 'replicas') !== undefined)
    findings.push('the Deployment has replicas, which each apply would set against the ScaledObject');
  return findings;
}

function findInNamespace(manifests: readonly Manifest[]): readonly string[] {
  const { content } = only(manifests, 'Namespace');
  return ['enforce', 'audit', 'warn']
    .filter(
      (mode) => textAt(content, 'metadata', 'labels', `pod-security.kubernetes.io/${mode}`) !== 'restricted',
    )
    .map((mode) => `the namespace does not ${mode} what is restricted`);
}

function workerContainer(deployment: Json): Json | undefined {
  const [container] = listAt(deployment, 'spec', 'template', 'spec', 'containers');
  return container;
}

/** As kustomize and `docker run --env-file` read it: what follows the first `=` is the value, quotes and all. */
function variablesOf(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=?/, '')]));
}

function workerOf(files: KubernetesFiles, manifests: readonly Manifest[]): WorkerDeployment {
  const container = workerContainer(only(manifests, 'Deployment').content);
  const variables = listAt(container, 'env').map((variable) => {
    const isSecret = at(variable, 'valueFrom', 'secretKeyRef') !== undefined;
    return { name: textAt(variable, 'name'), value: isSecret ? NO_KEY : textAt(variable, 'value'), isSecret };
  });
  const ports = listAt(container, 'ports');
  const probe = at(container, 'livenessProbe', 'httpGet');
  const named = ports.find((port) => at(port, 'name') === at(probe, 'port'));
  const open = listAt(only(manifests, 'NetworkPolicy').content, 'spec', 'ingress').flatMap((each) =>
    listAt(each, 'ports'),
  );
  const port = at(ports[0], 'containerPort');
  const scaled = only(manifests, 'ScaledObject').content;
  return {
    env: {
      ...variablesOf(
        settingsFiles(files)
          .map((name) => files[name] ?? '')
          .join('\n'),
      ),
      ...Object.fromEntries(variables.map(({ name, value }) => [name, value])),
      BLOBMIRROR_HTTP_HOST: '0.0.0.0',
    },
    secret: variables.filter(({ isSecret }) => isSecret).map(({ name }) => name),
    // One port all through: a policy that opens another one closes this one.
    port:
      ports.length === 1 && open.length === 1 && at(open[0], 'port') === port ? port : 'not one and the same',
    probe: { path: at(probe, 'path'), port: at(named, 'containerPort') },
    leastReplicas: at(scaled, 'spec', 'minReplicaCount'),
    scaling: listAt(scaled, 'spec', 'triggers').map((trigger) => ({
      type: at(trigger, 'type'),
      metadata: (at(trigger, 'metadata') ?? {}) as Readonly<Record<string, unknown>>,
      identity: textAt(trigger, 'authenticationRef', 'name'),
    })),
  };
}
