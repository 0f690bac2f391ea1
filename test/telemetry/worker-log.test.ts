import { Module } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorkerLogger } from '../../src/telemetry/line-logger.ts';
import { inInvocation, type InvocationLog } from '../../src/telemetry/worker-log.ts';

/** What arrived: the level, where, and the message of the line. */
const arrived: [level: string, where: string, message: string][] = [];
const arrive = (level: string, where: string, line: string): void => {
  arrived.push([level, where, (JSON.parse(line) as { msg: string }).msg]);
};

const core = { log: (level: string, category: string, line: string) => arrive(level, category, line) };
const prototype = Module.prototype as unknown as { require: (this: unknown, id: string) => unknown };
const { require: original } = prototype;

/** The context of an invocation. */
const context = (name: string): InvocationLog => ({
  debug: (line) => arrive('debug', name, line),
  info: (line) => arrive('information', name, line),
  warn: (line) => arrive('warning', name, line),
  error: (line) => arrive('error', name, line),
});

beforeAll(() => {
  prototype.require = function requireOrCore(id) {
    return id === '@azure/functions-core' ? core : original.call(this, id);
  };
});
afterAll(() => {
  prototype.require = original;
});
beforeEach(() => {
  arrived.length = 0;
});

describe('in a worker of Azure Functions', () => {
  it('lines arrive with their level, whatever words are in them', async () => {
    const log = createWorkerLogger('debug');
    await inInvocation(context('mirror'), () => {
      log.info('mirrored', { key: 'errors/warn.txt' });
      log.child({ pass: 'severe' }).warn('will be tried again');
      log.error('moved to the dead-letter queue');
      log.debug('failed with an error');
    });
    expect(arrived).toEqual([
      ['information', 'mirror', 'mirrored'],
      ['warning', 'mirror', 'will be tried again'],
      ['error', 'mirror', 'moved to the dead-letter queue'],
      ['debug', 'mirror', 'failed with an error'],
    ]);
  });

  it('a line belongs to the invocation in which it is written', async () => {
    const log = createWorkerLogger('info');
    const both = Promise.withResolvers<void>();
    const first = inInvocation(context('one'), async () => {
      await both.promise;
      log.info('of one');
    });
    await inInvocation(context('two'), () => log.info('of two'));
    both.resolve();
    await first;
    expect(arrived).toEqual([
      ['information', 'two', 'of two'],
      ['information', 'one', 'of one'],
    ]);
  });

  it('a line outside of invocations, or after the end of its own, goes to the worker: the host would drop it', async () => {
    const log = createWorkerLogger('info');
    log.warn('before any');
    const later = Promise.withResolvers<void>();
    let written: Promise<void> | undefined;
    await inInvocation(context('mirror'), () => {
      written = later.promise.then(() => log.info('in the background'));
    });
    later.resolve();
    await written;
    expect(arrived).toEqual([
      ['warning', 'system', 'before any'],
      ['information', 'system', 'in the background'],
    ]);
  });

  it('a line below the level is not written', async () => {
    const log = createWorkerLogger('warn');
    await inInvocation(context('mirror'), () => log.info('mirrored'));
    expect(arrived).toEqual([]);
  });
});
