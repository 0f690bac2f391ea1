import { readFile } from 'node:fs/promises';
import { EVENTS_QUEUE, RECONCILE_QUEUE } from '@blobmirror/local/connections';
import { type Environment, holdsSecret } from '../../../src/config/environment.ts';
import { describeUnknown, findUnknownSettings } from '../../../src/config/known-settings.ts';
import { readSettings } from '../../../src/config/settings.ts';
import { toBlobmirrorError } from '../../../src/model/errors.ts';

/** What runs a worker, wherever it is: as far as it can be compared with the code. */
export interface WorkerDeployment {
  /** Its settings, with something valid in the place of a secret. */
  readonly env: Environment;
  /** The variables whose value comes from a secret. */
  readonly secret: readonly string[];
  readonly port: unknown;
  /** The liveness probe. */
  readonly probe: { readonly path: unknown; readonly port: unknown };
  readonly leastReplicas: unknown;
  readonly scaling: readonly ScaleRule[];
}

/** A trigger of KEDA: keda.sh/docs/latest/scalers/azure-service-bus. */
interface ScaleRule {
  readonly type: unknown;
  /** All values are text. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What says by which identity the queue is read. */
  readonly identity: unknown;
}

/** Long enough for a key, and none. */
export const NO_KEY = 'in-the-place-of-a-secret';

/** What is wrong with it: a line each. */
export async function findInDeployment(worker: WorkerDeployment): Promise<readonly string[]> {
  return [...findInSettings(worker), ...findInScaling(worker), ...(await findInProbe(worker))];
}

function findInSettings({ env, secret }: WorkerDeployment): readonly string[] {
  const findings = findUnknownSettings(env).map(describeUnknown);
  try {
    readSettings(env);
  } catch (error) {
    findings.push(`the worker does not start: ${toBlobmirrorError(error).message}`);
  }
  for (const [name, value] of Object.entries(env))
    if (!secret.includes(name) && holdsSecret(value ?? '')) findings.push(`${name} has a secret in it`);
  if (!secret.includes('BLOBMIRROR_HTTP_KEY')) findings.push('BLOBMIRROR_HTTP_KEY is of no secret');
  return findings;
}

function findInScaling({ env, leastReplicas, scaling }: WorkerDeployment): readonly string[] {
  const findings: string[] = [];
  const [namespace] = (env['BLOBMIRROR_SERVICE_BUS__fullyQualifiedNamespace'] ?? '').split('.');
  for (const [setting, embedded] of [
    ['BLOBMIRROR_EVENTS_QUEUE', EVENTS_QUEUE],
    ['BLOBMIRROR_RECONCILE_QUEUE', RECONCILE_QUEUE],
  ] as const) {
    if (env[setting] !== embedded)
      findings.push(`${setting} should be ${embedded}, as of the embedded queue`);
    const rules = scaling.filter(({ metadata }) => metadata['queueName'] === env[setting]);
    if (rules.length !== 1)
      findings.push(`${rules.length} rules scale by the length of the queue ${embedded}`);
  }
  for (const { type, metadata, identity } of scaling) {
    const which = `the rule of the queue ${String(metadata['queueName'])}`;
    if (type !== 'azure-servicebus') findings.push(`${which} is of the type ${String(type)}`);
    if (metadata['namespace'] !== namespace)
      findings.push(`${which} is of another namespace than the worker's`);
    if (identity === undefined || identity === '') findings.push(`${which} reads the queue by no identity`);
    if (!/^[1-9]\d*$/.test(textOf(metadata['messageCount'])))
      findings.push(`${which} has no messageCount as text`);
    for (const name of Object.keys(metadata))
      if (!['namespace', 'queueName', 'messageCount'].includes(name))
        findings.push(`${which} has ${name}, which is not known here`);
  }
  if (!(typeof leastReplicas === 'number' && leastReplicas >= 1))
    findings.push('there may be no worker, and then no timer runs');
  return findings;
}

/** The port and the path are those that the image says of itself. */
async function findInProbe({ port, probe }: WorkerDeployment): Promise<readonly string[]> {
  const dockerfile = await readFile(new URL('../../../Dockerfile', import.meta.url), 'utf8');
  const [, exposed] = /^EXPOSE (\d+)$/m.exec(dockerfile) ?? [];
  const [, path] = /127\.0\.0\.1:\d+(\/[\w/]+)/.exec(dockerfile) ?? [];
  return [
    ...(String(port) === exposed ? [] : [`the port is ${String(port)}; the image listens on ${exposed}`]),
    ...(probe.path === path ? [] : [`the probe asks for ${String(probe.path)}; the image's own for ${path}`]),
    ...(String(probe.port) === exposed
      ? []
      : [`the probe asks at ${String(probe.port)}, where nothing listens`]),
  ];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
