import { readSettings } from '../config/settings.js';
import { createLogger } from '../telemetry/create-logger.js';
import { createMirror, type Mirror } from './create-mirror.js';

let mirror: Mirror | undefined;

/**
 * The one mirror of this process, made from the environment when it is first asked for. Every registered function
 * shares it, since flights of one key are shared inside a process.
 *
 * @throws BlobmirrorError `setting-missing` or `setting-invalid`
 */
export function theMirror(): Mirror {
  if (mirror === undefined) {
    const settings = readSettings(process.env);
    mirror = createMirror(settings, createLogger(settings.logLevel));
  }
  return mirror;
}
