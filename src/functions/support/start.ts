/**
 * What every file of registrations begins with: the settings, and the log of an invocation. It loads neither the app nor
 * an SDK: Azure Functions loads all registrations before it calls any, and starts a worker for a single function.
 */
import { app, type InvocationContext } from '@azure/functions';
import { inInvocation, tryTheSettings } from '../../wiring/the-app.ts';

/**
 * A file that threw would leave an app without functions whose start Azure calls a success. So with wrong settings every
 * HTTP function is registered and answers with what is wrong; `watch` fails each minute; and no queue is listened to,
 * since each message would be dead-lettered after ten failures.
 */
export const { settings, wrongSettings } = tryTheSettings();

app.hook.preInvocation((hook) => {
  const { invocationContext } = hook;
  const handle: (input: unknown, context: InvocationContext) => unknown = hook.functionHandler;
  hook.functionHandler = async (input: unknown, context) =>
    await inInvocation(invocationContext, () => handle(input, context));
});
