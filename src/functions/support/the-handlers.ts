/**
 * The HTTP handlers of the app, one set for all functions: the guard keeps the secret of its tokens and the page its
 * files. In a folder of its own, since Azure Functions loads each file directly in `functions/` as a registration.
 */
import { once, theApp, theLog } from '../../wiring/the-app.ts';

export const actionGuard = atFirstCall(async () => {
  const [{ createActionGuard }, { documents, log }] = await Promise.all([
    import('../../http/action-guard.ts'),
    theApp(),
  ]);
  return createActionGuard(documents, log);
});

export const deadLetterHandlers = atFirstCall(async () => {
  const [{ createDeadLetterHandlers }, { deadLetters, log }] = await Promise.all([
    import('../../http/deadletter-handlers.ts'),
    theApp(),
  ]);
  return createDeadLetterHandlers((await deadLetters()).store, log);
});

export const metricsHandlers = atFirstCall(async () => {
  const [{ createMetricsHandlers }, { observation, statusService, log }] = await Promise.all([
    import('../../http/status-handlers.ts'),
    theApp(),
  ]);
  return createMetricsHandlers(observation.telemetry, log, (await statusService()).read);
});

/** It shows what is wrong with settings, so it needs none. */
export const page = atFirstCall(async () => (await import('../../http/page.ts')).createPage());

export const pauseHandlers = atFirstCall(async () => {
  const [{ createPauseHandlers }, { pause, log }] = await Promise.all([
    import('../../http/pause-handlers.ts'),
    theApp(),
  ]);
  return createPauseHandlers(pause, log);
});

export const reconcileHandlers = atFirstCall(async () => {
  const [{ createReconcileHandlers }, { reconciliation, log }] = await Promise.all([
    import('../../http/reconcile-handlers.ts'),
    theApp(),
  ]);
  return createReconcileHandlers((await reconciliation()).reconciler, log);
});

export const statusHandlers = atFirstCall(async () => {
  const [{ createStatusHandlers }, { statusService, log }] = await Promise.all([
    import('../../http/status-handlers.ts'),
    theApp(),
  ]);
  return createStatusHandlers(await statusService(), log);
});

export const showHandlers = atFirstCall(async () => {
  const [{ createShowHandlers }, { showKey, log }] = await Promise.all([
    import('../../http/status-handlers.ts'),
    theApp(),
  ]);
  return createShowHandlers(showKey, log);
});

export const unprotectedHandlers = atFirstCall(async () => {
  const [{ createUnprotectedHandlers }, { unprotected, log }] = await Promise.all([
    import('../../http/unprotected-handlers.ts'),
    theApp(),
  ]);
  return createUnprotectedHandlers(await unprotected(), log);
});

/** Handlers that are loaded and made at the first call. While that fails, each answers with what is wrong. */
function atFirstCall<Handlers extends object>(make: () => Promise<Handlers>): Handlers {
  const made = once(make);
  return new Proxy({} as Handlers, {
    get:
      (_, name) =>
      async (...args: unknown[]): Promise<unknown> => {
        const making = made();
        try {
          await making;
        } catch {
          const { answer } = await import('../../http/answer.ts');
          return await answer(await theLog(), async () => (await making) as never);
        }
        const handle = Reflect.get(await making, name) as (...given: unknown[]) => unknown;
        return await handle(...args);
      },
  });
}
