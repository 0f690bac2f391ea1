import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EndOfCheck } from './end-of-check.ts';
import type { Engine } from './engine.ts';
import { type Image, LABEL } from './make-image.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `docker run` gets so that the worker has the least rights. docs/containers.md shows the same, and a test holds it. */
export const LEAST_RIGHTS = [
  '--read-only',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--memory=256m',
];

/** The longest that an orchestrator waits after SIGTERM by default, in seconds: Kubernetes and Container Apps. */
const GRACE_SECONDS = '30';

/** Podman asks for higher limits by itself than a user who is confined may set, and then starts nothing. */
const PODMAN_LIMITS = ['--ulimit=nofile=8192:8192', '--ulimit=nproc=4096:4096'];

/** The embedded environment in a container, and workers in others that share its network, which has no way out. */
export interface Scene {
  /** Runs a command of client.ts beside the environment, and returns what it prints, parsed. */
  client<Answer>(...args: readonly string[]): Promise<Answer>;
  /** Runs the blobmirror command on the environment. @throws CommandFailed */
  blobmirror(...args: readonly string[]): Promise<string>;
  /** Returns once it says that it is ready. */
  startWorker(options?: WorkerOptions): Promise<Worker>;
}

interface WorkerOptions {
  /** Settings besides the connections. */
  readonly settings?: Readonly<Record<string, string>>;
  /** As `docker run --user`; the image's own when not set. */
  readonly user?: string;
}

export interface Worker {
  readonly readyMs: number;
  /** Waits for something that the worker does. @throws Error with its log when it ends before that */
  meanwhile<Answer>(wait: Promise<Answer>): Promise<Answer>;
  /** Runs JavaScript in the container and returns what it prints, parsed. */
  evaluate<Answer>(script: string): Promise<Answer>;
  /** Waits until the image's HEALTHCHECK passes. */
  untilHealthy(): Promise<void>;
  /** @throws Error unless it ends by itself, with status 0, within the grace period */
  stop(): Promise<{ readonly ms: number }>;
  kill(): Promise<void>;
}

export async function openScene(engine: Engine, image: Image, end: EndOfCheck): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'blobmirror-scene-'));
  end.add(async () => await rm(folder, { recursive: true, force: true }));
  const environment = containerName('environment');
  removeAtEnd(engine, environment, end);
  const ofEngine = engine.kind === 'podman' ? PODMAN_LIMITS : [];
  await engine.run([
    'run',
    '--detach',
    `--name=${environment}`,
    `--label=${LABEL}`,
    '--network=none',
    ...ofEngine,
    // Where SELinux confines containers, one may not read a checkout.
    '--security-opt=label=disable',
    `--volume=${ROOT}:/repository:ro`,
    '--volume=/data',
    image.base,
    'node',
    '/repository/dist/package/cli/main.js',
    'start',
    '--no-worker',
    '--ready-file=/data/local.json',
    '--data=/data/state',
  ]);
  await engine.run(['logs', '--follow', environment], {
    until: (line) => line.startsWith('blobmirror is ready'),
  });

  const inside = async (...args: readonly string[]) =>
    await engine.run(['exec', environment, 'node', ...args]);
  const client = async <Answer>(...args: readonly string[]) =>
    JSON.parse(
      await inside('--conditions=blobmirror-source', '/repository/scripts/image/client.ts', ...args),
    ) as Answer;
  const settings = await client<Record<string, string>>('settings');
  let workers = 0;
  return {
    client,
    blobmirror: async (...args) =>
      await inside('/repository/dist/package/cli/main.js', ...args, '--local=/data/local.json'),
    startWorker: async (options = {}) => {
      const name = containerName(`worker-${++workers}`);
      removeAtEnd(engine, name, end);
      const envFile = join(folder, `${name}.env`);
      const lines = Object.entries({ ...settings, ...options.settings }).map(
        ([key, value]) => `${key}=${value}\n`,
      );
      await writeFile(envFile, lines.join(''), { mode: 0o600 });
      const began = performance.now();
      await engine.run([
        'run',
        '--detach',
        `--name=${name}`,
        `--label=${LABEL}`,
        `--network=container:${environment}`,
        ...LEAST_RIGHTS,
        ...ofEngine,
        `--env-file=${envFile}`,
        // Podman mounts writable folders into a read-only container by itself.
        ...(engine.kind === 'podman' ? ['--read-only-tmpfs=false'] : []),
        // The image's own check, at once and often.
        '--health-interval=1s',
        ...(options.user === undefined ? [] : [`--user=${options.user}`]),
        image.name,
      ]);
      await engine.run(['logs', '--follow', name], {
        until: (line) => line === 'blobmirror worker is ready',
      });
      return workerOf(engine, name, performance.now() - began);
    },
  };
}

function workerOf(engine: Engine, name: string, readyMs: number): Worker {
  const state = async () => {
    const text = await engine.run(['inspect', '--format', '{{json .State}}', name]);
    return JSON.parse(text) as {
      readonly ExitCode: number;
      readonly OOMKilled: boolean;
      readonly Health?: { readonly Status: string };
    };
  };
  const ended = async (expected: number) => {
    const { ExitCode, OOMKilled } = await state();
    if (OOMKilled) throw new Error('the worker needed more memory than the limit');
    if (ExitCode !== expected) throw new Error(`the worker ended with ${ExitCode} in place of ${expected}`);
  };
  return {
    readyMs,
    meanwhile: async (wait) => {
      const over = new AbortController();
      const gone = engine.run(['wait', name], { signal: over.signal }).then(
        async () => {
          const log = await engine.run(['logs', '--tail', '20', name]);
          throw new Error(`the worker ended:\n${log}`);
        },
        // The wait is over, or the check was interrupted: then the other one fails too.
        async () => await new Promise<never>(() => {}),
      );
      try {
        return await Promise.race([wait, gone]);
      } finally {
        over.abort();
      }
    },
    evaluate: async <Answer>(script: string) =>
      JSON.parse(await engine.run(['exec', name, 'node', '--eval', script])) as Answer,
    untilHealthy: async () => {
      if (engine.kind === 'podman') return void (await engine.run(['healthcheck', 'run', name]));
      for (let status = ''; status !== 'healthy'; status = (await state()).Health?.Status ?? 'none')
        if (['none', 'unhealthy'].includes(status)) throw new Error(`the health of the image is "${status}"`);
    },
    stop: async () => {
      const began = performance.now();
      await engine.run(['stop', '--time', GRACE_SECONDS, name]);
      const ms = performance.now() - began;
      await ended(0);
      return { ms };
    },
    kill: async () => {
      await engine.run(['kill', '--signal', 'KILL', name]);
      await engine.run(['wait', name]);
      await ended(137);
    },
  };
}

function containerName(of: string): string {
  return `blobmirror-image-check-${process.pid}-${of}`;
}

function removeAtEnd(engine: Engine, name: string, end: EndOfCheck): void {
  end.add(async () => {
    const options = { signal: undefined };
    const found = await engine.run(['ps', '--all', '--quiet', '--filter', `name=^${name}$`], options);
    if (found.trim() !== '') await engine.run(['rm', '--force', '--volumes', name], options);
  });
}
