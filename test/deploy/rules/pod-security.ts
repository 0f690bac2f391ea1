import { type Json, at, listAt, textAt } from '../../../scripts/deploy/manifests.ts';

/** kubernetes.io/docs/concepts/security/pod-security-standards: all of "baseline" and "restricted", as of Kubernetes 1.34. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SECCOMP = ['RuntimeDefault', 'Localhost'];
const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers'];
const HANDLERS = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

/** What keeps the Pod of a template from a namespace that enforces "restricted", and from a root that is read-only. */
export function findPodSecurity(spec: Json | undefined): readonly string[] {
  const pod = at(spec, 'securityContext');
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC']
      .filter((name) => isSet(at(spec, name)))
      .map((name) => `the Pod has ${name}`),
    ...listAt(spec, 'volumes').flatMap((volume) =>
      Object.keys(volume as object)
        .filter((type) => type !== 'name' && !VOLUMES.includes(type))
        .map((type) => `the volume ${textAt(volume, 'name')} is a ${type}`),
    ),
    ...(listAt(pod, 'sysctls').length > 0 ? ['the Pod sets sysctls'] : []),
    ...findContext('the Pod', pod),
    ...CONTAINERS.flatMap((kind) => listAt(spec, kind).flatMap((container) => findContainer(container, pod))),
  ];
}

function findContainer(container: Json, pod: Json | undefined): readonly string[] {
  const who = `the container ${textAt(container, 'name')}`;
  const own = at(container, 'securityContext');
  // What a container says counts more than what its Pod says.
  const inForce = (...path: readonly string[]): Json | undefined => at(own, ...path) ?? at(pod, ...path);
  const drops = listAt(own, 'capabilities', 'drop');
  const adds = listAt(own, 'capabilities', 'add').filter((name) => name !== 'NET_BIND_SERVICE');
  const findings: readonly (readonly [boolean, string])[] = [
    [inForce('runAsNonRoot') !== true, 'may run as root'],
    [!SECCOMP.some((type) => type === inForce('seccompProfile', 'type')), 'has no seccomp profile'],
    [at(own, 'allowPrivilegeEscalation') !== false, 'may gain privileges'],
    [!drops.includes('ALL'), 'keeps capabilities'],
    [adds.length > 0, `adds ${JSON.stringify(adds)}`],
    [isSet(at(own, 'privileged')), 'is privileged'],
    [!['Default', undefined].includes(at(own, 'procMount') as string | undefined), 'sees all of /proc'],
    [listAt(container, 'ports').some((port) => isSet(at(port, 'hostPort'))), 'takes a port of the node'],
    [HANDLERS.some((path) => hasHost(at(container, ...path))), 'has a probe of another host'],
    // Not a part of "restricted".
    [at(own, 'readOnlyRootFilesystem') !== true, 'may write to its file system'],
  ];
  return [...findings.filter(([isSo]) => isSo).map(([, what]) => `${who} ${what}`), ...findContext(who, own)];
}

/** What counts in the context of a Pod and of a container alike. */
function findContext(who: string, context: Json | undefined): readonly string[] {
  const findings: readonly (readonly [boolean, string])[] = [
    [at(context, 'runAsUser') === 0, 'runs as root'],
    [textAt(context, 'seccompProfile', 'type') === 'Unconfined', 'is unconfined by seccomp'],
    [textAt(context, 'appArmorProfile', 'type') === 'Unconfined', 'is unconfined by AppArmor'],
    [isSet(at(context, 'windowsOptions', 'hostProcess')), 'is a process of the host'],
    [!SELINUX_TYPES.includes(textAt(context, 'seLinuxOptions', 'type')), 'has a type of SELinux of its own'],
    [isSet(at(context, 'seLinuxOptions', 'user')), 'has a user of SELinux of its own'],
    [isSet(at(context, 'seLinuxOptions', 'role')), 'has a role of SELinux of its own'],
  ];
  return findings.filter(([isSo]) => isSo).map(([, what]) => `${who} ${what}`);
}

function hasHost(handler: Json | undefined): boolean {
  return isSet(at(handler, 'httpGet', 'host')) || isSet(at(handler, 'tcpSocket', 'host'));
}

function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}
