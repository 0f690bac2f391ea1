import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseHostJson } from '../../src/host/host-json.ts';
import { startHost, type Host } from '../../src/host/start-host.ts';
import { failureOf } from './support/failure-of.ts';
import { handlers } from './support/handlers.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

function start(
  fixtures: string[],
  settings: Record<string, string> = {},
  log = createSilentLogger(),
): Promise<Host> {
  const registrations = fixtures.map((name) => new URL(`fixtures/${name}.mjs`, import.meta.url));
  return startHost({ registrations, settings, hostJson: parseHostJson({}), httpPort: 0, log });
}

describe('the start of a host', () => {
  it('fails with one line that names a file that cannot be loaded', async () => {
    const { code, message } = await failureOf(start(['http', 'throws']));
    expect(code).toBe('setting-invalid');
    expect(message).toMatch(/^Registration file .*throws\.mjs cannot be loaded: no such setting$/);
  });

  it('fails when the files register nothing', async () => {
    const { message } = await failureOf(start(['registers-nothing']));
    expect(message).toMatch(/^No function is registered by .*registers-nothing\.mjs$/);
  });

  it.each([
    ['batch', 'function "batch" has cardinality "many", which settles all messages or none'],
    ['event-grid', 'function "events" has a trigger of type eventGridTrigger, which this host does not run'],
    ['output', 'function "copier" has a binding of type queue, which this host does not run'],
  ])('refuses what it would run otherwise than Azure: %s', async (name, reason) => {
    const { message } = await failureOf(start([name], { BUS: 'x', STORE: 'x' }));
    expect(message).toContain(reason);
  });

  it('fails when a connection is not set, naming both ways to set it', async () => {
    const { code, message } = await failureOf(start(['queue'], { QUEUE: 'events' }));
    expect(code).toBe('setting-missing');
    expect(message).toBe(
      'Setting BUS (a Service Bus connection string) or BUS__fullyQualifiedNamespace is missing; function "mirror" needs it',
    );
  });

  it('fails when a setting inside a binding is missing, naming the binding', async () => {
    const { message } = await failureOf(start(['queue'], { BUS: 'x' }));
    expect(message).toBe('Setting QUEUE is missing; function "mirror", queueName, needs it');
  });

  it('does not print a connection string that is malformed', async () => {
    const malformed = 'Endpoint=nonsense;SharedAccessKey=c2VjcmV0';
    const { code, message } = await failureOf(start(['queue'], { QUEUE: 'events', BUS: malformed }));
    expect(code).toBe('setting-invalid');
    expect(message).not.toContain('c2VjcmV0');
  });

  it.each([
    ['AzureWebJobs.echo.Disabled', 'true', false],
    ['AzureWebJobs__echo__Disabled', '1', false],
    ['AzureWebJobs.echo.Disabled', 'false', true],
    ['AzureWebJobs.other.Disabled', 'true', true],
  ])('leaves out a function that is switched off: %s is %s', async (name, value, runs) => {
    const host = await start(['http'], { [name]: value });
    const names = host.functions.map((each) => each.name);
    await host.stop();
    expect(names.includes('echo')).toBe(runs);
    expect(names.length).toBeGreaterThan(1);
  });

  it.each(['echo', 'ECHO'])(
    'fails when two functions have the same name, but for its case: %s',
    async (name) => {
      const folder = await mkdtemp(join(tmpdir(), 'functions-'));
      const files = ['a.mjs', 'b.mjs'].map((file) => join(folder, file));
      const library = import.meta.resolve('@azure/functions');
      for (const [i, file] of files.entries())
        await writeFile(
          file,
          `import azure from ${JSON.stringify(library)}; azure.app.get('${i === 0 ? 'echo' : name}', { handler: () => ({}) });`,
        );
      const starting = startHost({
        registrations: files.map((file) => pathToFileURL(file)),
        settings: {},
        hostJson: parseHostJson({}),
        log: createSilentLogger(),
      });
      expect((await failureOf(starting)).message).toBe(`Two functions are registered as "${name}"`);
      await rm(folder, { recursive: true });
    },
  );

  it('that fails on the way stops what it has started', async () => {
    const notes: string[] = [];
    handlers.hook = (name) => void notes.push(name);
    const malformed = 'Endpoint=nonsense;SharedAccessKey=c2VjcmV0';
    await failureOf(start(['hooks', 'queue'], { QUEUE: 'events', BUS: malformed }));
    expect(notes).toEqual(['appStart', 'appTerminate']);
  });

  it('may come again in the same process, with the same registrations', async () => {
    handlers.http = () => ({ body: 'here' });
    for (let round = 0; round < 2; round++) {
      const host = await start(['http']);
      expect(host.functions).toContainEqual({ name: 'echo', trigger: 'httpTrigger' });
      expect(await (await fetch(`${host.baseUrl ?? ''}/api/items/latest`)).text()).toBe('here');
      await host.stop();
    }
  });
});

describe('hooks', () => {
  it('run around the app and around each invocation, and may replace the handler', async () => {
    const notes: [string, object][] = [];
    handlers.hook = (name, context) => void notes.push([name, context]);
    const host = await start(['hooks']);
    expect(await (await fetch(`${host.baseUrl ?? ''}/api/hooked`)).text()).toBe('replaced');
    await host.stop();
    expect(notes.map(([name]) => name)).toEqual([
      'appStart',
      'preInvocation',
      'postInvocation',
      'appTerminate',
    ]);
    expect(notes[2]?.[1]).toMatchObject({ hookData: { from: 'before' }, result: { body: 'replaced' } });
  });

  it('that fail at the end are told, and the host stops', async () => {
    const log = createSilentLogger();
    handlers.hook = (name) => {
      if (name === 'appTerminate') throw new Error('not now');
    };
    const host = await start(['hooks'], {}, log);
    await host.stop();
    expect(log.lines).toMatchObject([{ level: 'error', message: 'Hook appTerminate failed' }]);
  });
});
