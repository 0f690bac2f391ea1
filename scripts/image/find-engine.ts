import { type Engine, createEngine, runProgram } from './engine.ts';
import type { EndOfCheck } from './end-of-check.ts';
import { startPrivateDaemon } from './private-daemon.ts';

/** There is nothing here that runs containers. */
export class NoEngine extends Error {
  override readonly name = 'NoEngine';
}

/** What finds an engine, or says why there is none. */
type Way = () => Promise<Engine | string>;

/**
 * The Docker daemon that is there; one of its own where `dockerd` is installed and the user is root; else Podman.
 *
 * @throws NoEngine with one line that says how to get one
 */
export async function findEngine(
  end: EndOfCheck,
  signal: AbortSignal,
  wanted: 'docker' | 'podman' | undefined,
): Promise<Engine> {
  const docker: readonly Way[] = [
    async () => await dockerThatIsThere(signal),
    async () => await dockerOfOurOwn(end, signal),
  ];
  const podman: Way = async () => await podmanThatIsThere(signal);
  const ways = wanted === 'docker' ? docker : wanted === 'podman' ? [podman] : [...docker, podman];
  const reasons: string[] = [];
  for (const way of ways) {
    const found = await way();
    if (typeof found !== 'string') return found;
    reasons.push(found);
  }
  throw new NoEngine(
    `${reasons.join('; ')}. Start Docker, install Podman, or on Debian as root: apt-get install docker.io`,
  );
}

async function dockerThatIsThere(signal: AbortSignal): Promise<Engine | string> {
  const version = await ask(signal, 'docker', ['version', '--format', '{{.Server.Version}}']);
  if (version === undefined) return 'no Docker daemon answers';
  // Podman's own command of that name speaks of itself in the name of the program.
  const isPodman = /podman/i.test((await ask(signal, 'docker', ['--version'])) ?? '');
  return isPodman
    ? podmanOf('docker', version, signal)
    : createEngine({ kind: 'docker', name: `Docker ${version}`, program: 'docker' }, DOCKER, signal);
}

/** BuildKit asks a registry for the base image also where it is there already. */
const DOCKER = { DOCKER_BUILDKIT: '0' };

async function dockerOfOurOwn(end: EndOfCheck, signal: AbortSignal): Promise<Engine | string> {
  if (process.platform !== 'linux') return 'a Docker daemon of our own needs Linux';
  if ((await ask(signal, 'dockerd', ['--version'])) === undefined) return 'dockerd is not installed';
  if ((await ask(signal, 'docker', ['--version'])) === undefined)
    return 'the docker command is not installed';
  if (process.getuid?.() !== 0) return 'only root can start dockerd';
  const host = await startPrivateDaemon(end, signal);
  if (typeof host !== 'string') return `dockerd does not start: ${host.message}`;
  const env = { ...DOCKER, DOCKER_HOST: host };
  const version = await runProgram('docker', ['version', '--format', '{{.Server.Version}}'], { env, signal });
  const name = `Docker ${version.trim()}, started for this check`;
  return createEngine({ kind: 'docker', name, program: 'docker' }, env, signal);
}

async function podmanThatIsThere(signal: AbortSignal): Promise<Engine | string> {
  const version = await ask(signal, 'podman', ['info', '--format', '{{.Version.Version}}']);
  return version === undefined ? 'Podman is not installed' : podmanOf('podman', version, signal);
}

function podmanOf(program: string, version: string, signal: AbortSignal): Engine {
  // Podman has systemd run health checks; this check runs them itself, since not every machine has systemd.
  const env = { DISABLE_HC_SYSTEMD: 'true' };
  return createEngine({ kind: 'podman', name: `Podman ${version}`, program }, env, signal);
}

/** Undefined: there is no such program, or it cannot answer. */
async function ask(
  signal: AbortSignal,
  program: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    return (await runProgram(program, args, { signal })).trim();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error) return undefined;
    throw error;
  }
}
