import { once } from '../concurrency/coalesce.ts';
import { describeUnknown } from '../config/known-settings.ts';
import { type Settings, readSettings } from '../config/settings.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { Logger } from '../telemetry/line-logger.ts';
import type { App } from './create-app.ts';

export { once } from '../concurrency/coalesce.ts';
export { inInvocation } from '../telemetry/worker-log.ts';

let settings: Settings | undefined;

/**
 * The settings of this process, read from the environment at the first call.
 * @throws BlobmirrorError `setting-missing`, `setting-invalid` or `setting-unknown`
 */
function theSettings(): Settings {
  return (settings ??= readSettings(process.env));
}

/**
 * The app of this process, loaded and made at the first call. All functions share it: work on the same key is coalesced,
 * and requests to an account are limited, within one app.
 *
 * @throws BlobmirrorError as `theSettings`
 */
export const theApp: () => Promise<App> = once(async () => {
  const read = theSettings();
  const [{ createApp }, log] = await Promise.all([import('./create-app.ts'), theLog()]);
  const app = createApp(read, log);
  for (const each of read.unknown)
    log.warn('a setting has no effect', { code: 'setting-unknown', detail: describeUnknown(each) });
  return app;
});

/** The log of this process: of the worker of Azure Functions, else standard error. With wrong settings, its level is `info`. */
export const theLog: () => Promise<Logger> = once(async () => {
  const level = settings?.logLevel ?? 'info';
  if (process.stderr.isTTY) return (await import('../telemetry/logger.ts')).createLogger(level);
  return (await import('../telemetry/line-logger.ts')).createWorkerLogger(level);
});

/** The settings, or what is wrong with them, which is one line of the log. */
export function tryTheSettings(): { readonly settings?: Settings; readonly wrongSettings?: BlobmirrorError } {
  try {
    return { settings: theSettings() };
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    void report(error);
    return { wrongSettings: error };
  }
}

async function report({ code, message, hint }: BlobmirrorError): Promise<void> {
  (await theLog()).error(
    'the settings are wrong; nothing is mirrored until they are right, and messages wait in their queues',
    { code, detail: message, hint },
  );
}
