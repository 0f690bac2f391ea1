import { readSettings } from '../config/settings.ts';
import { createLogger } from '../telemetry/logger.ts';
import { type App, createApp } from './create-app.ts';

let app: App | undefined;

/**
 * The app of this process, made from the environment at the first call. All functions share it: work on the same key is
 * coalesced, and requests to an account are limited, within one app.
 *
 * @throws BlobmirrorError `setting-missing` or `setting-invalid`
 */
export function theApp(): App {
  if (app === undefined) {
    const settings = readSettings(process.env);
    app = createApp(settings, createLogger(settings.logLevel));
  }
  return app;
}
