import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { EndOfCheck, withEnd } from '../../scripts/image/end-of-check.ts';
import { CommandFailed, runProgram } from '../../scripts/image/engine.ts';

it('where nothing runs containers, image:check says how to get it and ends with a status of its own', async () => {
  const nothing = await mkdtemp(join(tmpdir(), 'blobmirror-nothing-'));
  const check = fileURLToPath(new URL('../../scripts/image/check.ts', import.meta.url));
  const withoutPath = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name.toUpperCase() !== 'PATH'),
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [check], {
    env: { ...withoutPath, PATH: nothing },
    encoding: 'utf8',
  });
  await rm(nothing, { recursive: true });

  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toMatch(
    /^image: no Docker daemon answers; .*Podman is not installed\. .*apt-get install docker\.io\n$/,
  );
});

it('everything that was made is removed, the last first, also after a step that fails', async () => {
  const end = new EndOfCheck();
  const removed: string[] = [];
  const remove = (what: string) => () => Promise.resolve(void removed.push(what));
  end.add(remove('folder'));
  end.add(() => Promise.reject(new Error('busy')));
  end.add(remove('container'));

  expect(await end.run()).toEqual([new Error('busy')]);
  expect(removed).toEqual(['container', 'folder']);
});

it('a check that succeeds and cannot remove what it made ends with 1', async () => {
  const reported: unknown[] = [];
  const report = (failure: unknown) => void reported.push(failure);
  const busy = new Error('busy');

  expect(await withEnd(() => Promise.resolve(), report)).toBe(0);
  const leavesSomething = (end: EndOfCheck) => {
    end.add(() => Promise.reject(busy));
    return Promise.resolve();
  };
  expect(await withEnd(leavesSomething, report)).toBe(1);
  expect(reported).toEqual([busy]);
  const wrong = new Error('the image is wrong');
  await expect(withEnd(() => Promise.reject(wrong), report)).rejects.toBe(wrong);
});

const FOREVER = ['-e', 'console.log("ready"); setInterval(() => {}, 1000)'];

it('a command is ended by an interruption, and by the line that it was to print', async () => {
  const asked = new AbortController();
  const isReady = (line: string) => line === 'ready';
  await expect(runProgram(process.execPath, FOREVER, { until: isReady })).resolves.toBe('ready\n');

  const reason = new Error('interrupted');
  const running = runProgram(process.execPath, FOREVER, {
    signal: asked.signal,
    until: () => {
      asked.abort(reason);
      return false;
    },
  });
  await expect(running).rejects.toBe(reason);
  await expect(runProgram(process.execPath, FOREVER, { signal: asked.signal })).rejects.toBe(reason);
});

it('a command that fails, or ends before the line that it was to print, says why', async () => {
  const fails = ['-e', 'console.error("no such image"); process.exit(3)'];
  await expect(runProgram(process.execPath, fails)).rejects.toThrow(/ended with 3:\nno such image/);
  await expect(
    runProgram(process.execPath, ['-e', 'console.log("gone")'], { until: (line) => line === 'ready' }),
  ).rejects.toThrow(CommandFailed);
});
