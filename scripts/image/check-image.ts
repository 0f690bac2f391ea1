import type { EndOfCheck } from './end-of-check.ts';
import type { Engine } from './engine.ts';
import { makeImage } from './make-image.ts';
import { type Scene, type Worker, openScene } from './scene.ts';

/** In MiB. With blocks of 8 MiB that pass through the process, 64 of them. */
const LARGE_MIB = 512;
const SMALL = 120;
/** Slow enough that neither the large copy nor the small ones can be over when the worker is asked to end. */
const SLOWLY = { BLOBMIRROR_COPY: 'streamed', BLOBMIRROR_MAX_REQUESTS_PER_SECOND_BACKUP: '4' };
/** OpenShift runs every container as a user that the image does not know. */
const ANY_USER = '1000720000:0';

/** @throws Error that says what is wrong with the image */
export async function checkImage(
  engine: Engine,
  end: EndOfCheck,
  say: (line: string) => void,
): Promise<void> {
  const image = await makeImage(engine, end);
  say(`built on ${image.base}${image.isBaseMade ? ', made of the Node that is here' : ', which is here'}`);
  say(`${(image.added / 1e6).toFixed(1)} MB beyond its base`);
  const scene = await openScene(engine, image, end);

  const unhindered = await scene.startWorker();
  say(`ready in ${seconds(unhindered.readyMs)}`);
  await expectLeastRights(unhindered, '1000');
  say(
    'user 1000, read-only, without capabilities and new privileges, with a system call filter, under 256 MiB',
  );
  await expectClosed(scene);
  say('answers the probe to everybody, and nothing but health without a key');
  await unhindered.untilHealthy();
  say('HEALTHCHECK: healthy');
  const lags = await unhindered.meanwhile(scene.client<readonly number[]>('mirror', '21'));
  const [median, slowest] = [lags.toSorted((one, other) => one - other)[10] ?? NaN, Math.max(...lags)];
  say(`blobs mirrored one by one: ${Math.round(median)} ms in the median, ${Math.round(slowest)} ms at most`);
  say(`SIGTERM at rest: ended in ${seconds((await unhindered.stop()).ms)}`);

  const first = await scene.startWorker({ settings: SLOWLY });
  await scene.client('upload-large', 'large.bin', String(LARGE_MIB));
  await first.meanwhile(scene.client('until-blocks', 'large.bin', '3'));
  const memory = await memoryOf(first);
  const { ms } = await first.stop();
  // Fails when the copy was over.
  const kept = await scene.client<number>('blocks', 'large.bin');
  say(
    `SIGTERM amid a streamed copy of ${LARGE_MIB} MiB: ended in ${seconds(ms)}, ${kept} blocks are on the backup`,
  );
  say(`memory at its peak until then: ${memory}`);

  const second = await scene.startWorker({ settings: SLOWLY });
  await scene.client('upload-small', 'small/', String(SMALL));
  await second.meanwhile(scene.client('until-count', 'small/', '0'));
  await second.meanwhile(scene.client('until-blocks', 'large.bin', String(kept)));
  await second.kill();
  const [there, blocks] = [
    await scene.client<number>('count', 'small/'),
    await scene.client<number>('blocks', 'large.bin'),
  ];
  if (there >= SMALL) throw new Error('the worker was killed when it had done all its work');
  say(
    `SIGKILL amid work: ${there} of ${SMALL} small blobs and ${blocks} blocks of the large one are on the backup`,
  );

  const began = performance.now();
  const third = await scene.startWorker({ user: ANY_USER });
  await expectLeastRights(third, ANY_USER.replace(/:.*/, ''));
  await third.meanwhile(scene.client('until-count', 'small/', String(SMALL - 1)));
  await third.meanwhile(scene.client('until-count', 'large.bin', '0'));
  say(
    `as another user (${ANY_USER}): all is on the backup ${seconds(performance.now() - began)} after the start`,
  );
  await scene.blobmirror('verify', '--content', 'read');
  say('verify: both sides are equal, byte by byte');
  say(`memory at its peak: ${await memoryOf(third)}`);
  await third.stop();
}

/** As the kernel sees the process, which the flags of a command line only ask for. */
async function expectLeastRights(worker: Worker, user: string): Promise<void> {
  const found = await worker.evaluate<Readonly<Record<string, string>>>(`
    const status = require('fs').readFileSync('/proc/1/status', 'utf8');
    const of = (name) => status.match(new RegExp('^' + name + ':\\\\s*(\\\\S+)', 'm'))?.[1];
    const names = ['Uid', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp'];
    const found = Object.fromEntries(names.map((name) => [name, of(name)]));
    for (const folder of ['/', '/app', '/tmp']) {
      try { require('fs').writeFileSync(folder + '/written', ''); found[folder] = 'written'; }
      catch ({ code }) { found[folder] = code; }
    }
    const limit = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']
      .find((file) => require('fs').existsSync(file));
    found.memory = limit && require('fs').readFileSync(limit, 'utf8').trim();
    console.log(JSON.stringify(found));
  `);
  const none = '0'.repeat(16);
  const expected = {
    Uid: user,
    CapPrm: none,
    CapEff: none,
    CapBnd: none,
    CapAmb: none,
    NoNewPrivs: '1',
    // With a filter.
    Seccomp: '2',
    memory: String(256 * 1024 * 1024),
    '/': 'EROFS',
    '/app': 'EROFS',
    '/tmp': 'EROFS',
  };
  for (const [what, value] of Object.entries(expected))
    if (found[what] !== value)
      throw new Error(`${what} of the worker is ${found[what]} in place of ${value}`);
}

async function expectClosed(scene: Scene): Promise<void> {
  for (const [path, expected] of [
    ['/api/health/live', 200],
    ['/api/health', 200],
    ['/api/status', 403],
    ['/', 403],
  ] as const) {
    const status = await scene.client<number>('status', path);
    if (status !== expected) throw new Error(`${path} was answered with ${status} in place of ${expected}`);
  }
}

/** Of the process, and of the container: the second is what the limit counts, with pages that the kernel could drop. */
async function memoryOf(worker: Worker): Promise<string> {
  const { process, container } = await worker.evaluate<{ process: number; container: number | null }>(`
    const fs = require('fs');
    const peak = ['/sys/fs/cgroup/memory.peak', '/sys/fs/cgroup/memory/memory.max_usage_in_bytes']
      .find((file) => fs.existsSync(file));
    console.log(JSON.stringify({
      process: Number(fs.readFileSync('/proc/1/status', 'utf8').match(/VmHWM:\\s*(\\d+)/)[1]) / 1024,
      container: peak === undefined ? null : Number(fs.readFileSync(peak, 'utf8')) / 1024 / 1024,
    }));
  `);
  const all = container === null ? '' : `, ${Math.round(container)} MiB of the container`;
  return `${Math.round(process)} MiB of the process${all}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
