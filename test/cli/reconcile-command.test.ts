import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitUntil } from '../e2e/support/wait-until.ts';
import { SETTINGS } from '../functions/support/start-app.ts';
import { aRun } from '../support/a-run.ts';
import { runInProcess } from './fixtures/run-in-process.ts';
import type { Script } from './fixtures/scripted-reconciler.ts';

const STARTED = aRun();
const { id } = STARTED;
const DONE = aRun({
  state: 'done',
  endedAt: '2026-11-25T13:09:33.000Z',
  counts: { ...STARTED.counts, inStep: 9, nominated: 1, byVerdict: { copied: 1 } },
});
const ALERTED = aRun({
  ...DONE,
  alerts: [{ code: 'too-many-deletes', container: 'photos', detail: 'Look, then allow it.' }],
});
const LINES = [
  '{"container":"photos","path":"a b","verdict":"copied"}',
  '{"container":"photos","path":"c","verdict":"skipped","reason":"backup-leased"}',
];

beforeEach(() => {
  // What this process compiles is no part of the command.
  for (const [name, value] of Object.entries({ ...SETTINGS, NODE_DISABLE_COMPILE_CACHE: '1' }))
    vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock('../../src/reconcile/runs/reconciler.ts');
});

function begin(args: readonly string[], script: Script) {
  vi.doMock('../../src/reconcile/runs/reconciler.ts', async (original) => {
    const { scriptedReconciler } = await import('./fixtures/scripted-reconciler.ts');
    return { ...(await original<object>()), createReconciler: () => scriptedReconciler(script) };
  });
  return runInProcess(['reconcile', ...args]);
}

async function reconcile(args: readonly string[], script: Script) {
  const { ended, output } = begin(args, script);
  const status = await ended;
  return { status, ...output };
}

describe('blobmirror reconcile', () => {
  it('begins a run and prints it, and nothing else on standard output', async () => {
    const asked = [
      '--container',
      'photos',
      '--prefix',
      '2026/',
      '--dry-run',
      '--allow-deletes',
      'photos',
      'docs',
      '--delete-foreign',
      'photos',
      '--adopt',
      'read',
    ];
    const { status, stdout, stderr } = await reconcile([...asked, '-o', 'json'], { reads: [STARTED] });
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      ...STARTED,
      request: {
        container: 'photos',
        prefix: '2026/',
        dryRun: true,
        allowDeletes: ['photos', 'docs'],
        deleteForeign: ['photos'],
        adopt: 'read',
        reason: 'command-line',
      },
    });
  });

  it('waits for the end with --wait, and prints the result as a table', async () => {
    const { status, stdout, stderr } = await reconcile(['--wait'], { reads: [STARTED, STARTED, DONE] });
    expect([status, stderr]).toEqual([0, `the run ${id} has begun\n`]);
    expect(stdout).toContain('VERDICT  KEYS\ncopied   1\n');
  });

  it('ends with exit status 4 when there are alerts, and says what to do', async () => {
    const { status, stdout } = await reconcile(['--wait'], { reads: [STARTED, ALERTED] });
    expect(status).toBe(4);
    expect(stdout).toContain('too-many-deletes  photos     Look, then allow it.');
  });

  it('names the run that is under way, with exit status 5', async () => {
    const { status, stdout, stderr } = await reconcile(['--wait'], { running: id });
    expect([status, stdout]).toEqual([5, '']);
    expect(stderr).toMatch(
      new RegExp(`^blobmirror: the run ${id} is under way\\. .*reconcile cancel ${id}"\\.\\n$`),
    );
  });

  it('fails with one line when the state cannot be reached', async () => {
    const failure = { code: 'storage-unavailable', message: 'the account did not answer' } as const;
    const { status, stdout, stderr } = await reconcile([], { failure });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^blobmirror: the account did not answer\. .*\n$/);
  });

  it('prints progress as lines of JSON where its data is, leaves the run at Ctrl-C and says how to cancel it', async () => {
    const run = begin(['--wait', '-o', 'json'], { reads: [STARTED] });
    await waitUntil('a line of progress', () => run.output.stderr.includes('"keysPerSecond"'));
    process.emit('SIGINT');
    expect(await run.ended).toBe(130);
    const lines = run.output.stderr.trimEnd().split('\n');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ run: id, state: 'comparing', keys: 0 });
    expect(lines.at(-1)).toBe(
      `the run continues without this command; to cancel it: blobmirror reconcile cancel ${id}`,
    );
    expect(run.output.stdout).toBe('');
  });

  it.each([
    [['--container', 'Photos'], '"Photos" is no valid container name'],
    [['--allow-deletes', 'UP'], '"UP" is no valid container name'],
    [['--delete-foreign', 'UP'], '"UP" is no valid container name'],
    [['--adopt', 'size'], "argument 'size' is invalid. Allowed choices are md5, read."],
    [['--output', 'xml'], "argument 'xml' is invalid"],
    [['--local=none.json'], 'there is no none.json'],
    [['photos'], 'too many arguments'],
    [['show'], "missing required argument 'id'"],
    [['show', 'latest'], '"latest" is not the id of a run'],
    [['report', id], `there is no run ${id}`],
    [['cancel', id], `there is no run ${id}`],
  ])('refuses %j with status 2 and a line that says why', async (args, line) => {
    const { status, stdout, stderr } = await reconcile(args, {});
    expect(stderr).toContain(line);
    expect([status, stdout]).toEqual([2, '']);
  });
});

describe('a command line', () => {
  it.each([
    ['that is wrong', ['--never-heard-of'], 2],
    ['that asks for help', ['--help'], 0],
    ['with an id that is none', ['show', 'x'], 2],
  ])('%s ends with its own exit status', async (_, args, expected) => {
    const { status } = await reconcile(args, { reads: [STARTED] });
    expect(status).toBe(expected);
  });
});

it('an error of the embedded environment ends a command as one of ours of the same code', async () => {
  vi.doMock('../../src/cli/run-show.ts', () => ({
    runShow: () => {
      const thrown = new Error('the data directory ./data is of flat accounts; set hierarchical to false');
      throw Object.assign(thrown, { name: 'LocalError', code: 'setting-invalid' });
    },
  }));
  const { ended, output } = runInProcess(['show', 'photos/a']);
  expect(await ended).toBe(2);
  expect(output.stderr).toMatch(/^blobmirror: --data \.\/data is of flat accounts; leave --hns out\. .*\n$/);
  vi.doUnmock('../../src/cli/run-show.ts');
});

describe('blobmirror reconcile list, show, report and cancel', () => {
  it('list prints the latest runs', async () => {
    const script = { runs: [ALERTED] };
    const table = await reconcile(['list'], script);
    expect(table.stdout.split('\n')).toEqual([
      expect.stringMatching(/^RUN +STATE /),
      expect.stringMatching(new RegExp(`^${id} +done +http +all +2.0 s +10 +1 +0 +0 +1$`)),
      '',
    ]);
    const { stdout } = await reconcile(['list', '-o', 'json'], script);
    expect(JSON.parse(stdout)).toMatchObject([{ id, state: 'done', alerts: ALERTED.alerts }]);
  });

  it('show prints a run', async () => {
    const { status, stdout } = await reconcile(['show', id, '-o', 'json'], { runs: [ALERTED] });
    expect([status, JSON.parse(stdout)]).toEqual([0, ALERTED]);
  });

  it('report prints every key, as columns or as lines of JSON', async () => {
    const script = { runs: [DONE], lines: LINES };
    expect((await reconcile(['report', id], script)).stdout).toBe(
      'copied                "photos/a b"\nskipped               photos/c  backup-leased\n',
    );
    expect((await reconcile(['report', '-o', 'json', id], script)).stdout).toBe(`${LINES.join('\n')}\n`);
  });

  it('cancel cancels a run, and fails when it has ended already', async () => {
    const cancelled = await reconcile(['cancel', id], { runs: [STARTED] });
    expect([cancelled.status, cancelled.stdout]).toEqual([0, '']);
    const late = await reconcile(['cancel', id], { runs: [DONE] });
    expect([late.status, late.stdout]).toEqual([2, '']);
    expect(late.stderr).toContain(`the run ${id} has ended`);
    expect(late.stderr).toContain(`reconcile show ${id}"`);
  });
});
