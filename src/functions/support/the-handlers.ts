/**
 * The HTTP handlers of the app, one set for all functions: the guard keeps the secret of its tokens and the page its
 * files. In a folder of its own, since Azure Functions loads each file directly in `functions/` as a registration.
 */
import { createActionGuard } from '../../http/action-guard.ts';
import { createDeadLetterHandlers } from '../../http/deadletter-handlers.ts';
import { createPage } from '../../http/page.ts';
import { createPauseHandlers } from '../../http/pause-handlers.ts';
import { createReconcileHandlers } from '../../http/reconcile-handlers.ts';
import { createShowHandlers } from '../../http/show-handlers.ts';
import { createMetricsHandlers, createStatusHandlers } from '../../http/status-handlers.ts';
import { theApp } from '../../wiring/the-app.ts';

const { documents, log, deadLetters, pause, reconciliation, statusService, showKey, observation } = theApp();

export const actionGuard = createActionGuard(documents, log);
export const deadLetterHandlers = createDeadLetterHandlers(deadLetters.store, log);
export const metricsHandlers = createMetricsHandlers(observation.telemetry, log, statusService.read);
export const page = createPage();
export const pauseHandlers = createPauseHandlers(pause, log);
export const reconcileHandlers = createReconcileHandlers(reconciliation.reconciler, log);
export const statusHandlers = createStatusHandlers(statusService, log);
export const showHandlers = createShowHandlers(showKey, log);
