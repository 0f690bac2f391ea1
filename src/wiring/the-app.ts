import { describeUnknown } from '../config/known-settings.ts';
import { readSettings } from '../config/settings.ts';
import { createLogger } from '../telemetry/logger.ts';
import { type App, createApp } from './create-app.ts';

let app: App | undefined;

/**
 * The app of this process, made from the environment at the first call. All functions share it: work on the same key is
 * coalesced, and requests to an account are limited, within one app.
 *
 * @throws BlobmirrorError `setting-missing`, `setting-invalid` or `setting-unknown`
 */
export function theApp(): App {
  if (app === undefined) {
    const settings = readSettings(process.env);
    const log = createLogger(settings.logLevel);
    for (const each of settings.unknown)
      log.warn('a setting has no effect', { code: 'setting-unknown', detail: describeUnknown(each) });
    app = createApp(settings, log);
  }
  return app;
}
