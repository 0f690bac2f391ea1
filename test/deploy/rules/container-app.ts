import { type Json, type JsonObject, at, listAt, textAt } from '../../../scripts/deploy/manifests.ts';
import { NO_KEY, type WorkerDeployment, findInDeployment } from './worker.ts';

const ANY_CLIENT = '00000000-0000-0000-0000-000000000000';

/**
 * What is wrong with the app that `bicep snapshot` says deploy/container-apps/example.bicepparam makes: a line each.
 *
 * @param version of package.json
 */
export async function findInContainerApp(snapshot: string, version: string): Promise<readonly string[]> {
  const { predictedResources, diagnostics } = JSON.parse(snapshot) as {
    readonly predictedResources: readonly JsonObject[];
    readonly diagnostics: readonly Json[];
  };
  const apps = predictedResources.filter((each) => at(each, 'type') === 'Microsoft.App/containerApps');
  const [app] = apps;
  if (app === undefined || apps.length > 1) return ['there should be one app'];
  const container = containerOf(app);
  return [
    ...diagnostics.map((each) => `the snapshot says ${JSON.stringify(each)}`),
    ...findInAccess(app),
    ...(textAt(container, 'image').endsWith(`:${version}`)
      ? []
      : [`the tag of the image is not the version of this release, ${version}`]),
    ...(await findInDeployment(workerOf(app))),
  ];
}

/** Secrets come from parameters, identities are those of the app, and nobody outside of the environment comes in. */
function findInAccess(app: JsonObject): readonly string[] {
  const configuration = at(app, 'properties', 'configuration');
  const secrets = listAt(configuration, 'secrets');
  const assigned = Object.keys(at(app, 'identity', 'userAssignedIdentities') ?? {});
  const container = containerOf(app);
  const scaling = listAt(app, 'properties', 'template', 'scale', 'rules');
  return [
    ...secrets
      .filter((secret) => !/^\[parameters\('\w+'\)\]$/.test(textAt(secret, 'value')))
      .map((secret) => `the secret ${textAt(secret, 'name')} is in the template`),
    ...listAt(container, 'env')
      .map((variable) => textAt(variable, 'secretRef'))
      .filter((name) => name !== '' && !secrets.some((secret) => at(secret, 'name') === name))
      .map((name) => `there is no secret ${name}`),
    ...listAt(container, 'env')
      .filter(
        (variable) =>
          isReference(variable) && !assigned.some((id) => textAt(variable, 'value').includes(`'${id}'`)),
      )
      .map((variable) => `${textAt(variable, 'name')} is of an identity that the app does not have`),
    ...scaling
      .map((rule) => textAt(rule, 'custom', 'identity'))
      .filter((id) => id !== '' && !assigned.includes(id))
      .map((id) => `a rule reads a queue by ${id}, which the app does not have`),
    ...(at(configuration, 'ingress', 'external') === true ? ['the port is open to the internet'] : []),
  ];
}

function containerOf(app: JsonObject): Json | undefined {
  const [container] = listAt(app, 'properties', 'template', 'containers');
  return container;
}

/** What a snapshot cannot know: the client id that Azure gives an identity. */
function isReference(variable: Json): boolean {
  return /^\[reference\(.*\)\.clientId\]$/.test(textAt(variable, 'value'));
}

function workerOf(app: JsonObject): WorkerDeployment {
  const container = containerOf(app);
  const variables = listAt(container, 'env').map((variable) => {
    const isSecret = at(variable, 'secretRef') !== undefined;
    const value = isSecret ? NO_KEY : isReference(variable) ? ANY_CLIENT : textAt(variable, 'value');
    return { name: textAt(variable, 'name'), value, isSecret };
  });
  const probe = listAt(container, 'probes').find((each) => at(each, 'type') === 'Liveness');
  const ingress = at(app, 'properties', 'configuration', 'ingress', 'targetPort');
  const port = at(probe, 'httpGet', 'port');
  const scale = at(app, 'properties', 'template', 'scale');
  return {
    env: Object.fromEntries(variables.map(({ name, value }) => [name, value])),
    secret: variables.filter(({ isSecret }) => isSecret).map(({ name }) => name),
    port: ingress ?? port,
    probe: { path: at(probe, 'httpGet', 'path'), port },
    leastReplicas: at(scale, 'minReplicas'),
    scaling: listAt(scale, 'rules').map((rule) => ({
      type: at(rule, 'custom', 'type'),
      metadata: (at(rule, 'custom', 'metadata') ?? {}) as Readonly<Record<string, unknown>>,
      identity: at(rule, 'custom', 'identity'),
    })),
  };
}
