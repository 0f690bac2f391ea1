import type { BlobmirrorError, ErrorCode } from '../model/errors.ts';
import type { LocalOption } from './command-options.ts';
import { isLocalInstalled } from './load-local.ts';

/** Commands that connect to something, as hints of errors, health and runs name them. */
const COMMAND =
  /(?<!npx )\bblobmirror ((?:reconcile (?:list|show|report|cancel)|deadletter (?:list|show|replay|purge|export|acknowledge)|show|unprotected|status|verify|reconcile|check|pause|resume|deadletter|worker)(?![\w-]))( --local)?/g;

/** A hint whose commands work as they are printed: with the connections and the program of this command. */
export function localized(text: string, options: LocalOption): string {
  return text.replaceAll(
    COMMAND,
    (_, command: string, own: string | undefined) => `${program()} ${command}${own ?? localFlag(options)}`,
  );
}

/** In the words of somebody who runs a command: the general hints are about messages and requests. */
const OF_COMMAND: Partial<Readonly<Record<ErrorCode, string>>> = {
  'queue-unavailable':
    'Service Bus does not answer. Run "blobmirror check" to see what of it can be reached, then try again.',
  'request-invalid': 'Nothing was done.',
};
const OF_LOCAL: typeof OF_COMMAND = {
  'queue-unavailable': 'The local Service Bus does not answer: stop "npm start" and run it again.',
};

/** Where no environment can be started, only one that runs elsewhere can be meant. */
const OF_NO_ENVIRONMENT: typeof OF_COMMAND = {
  'local-not-running':
    'Name the ready file of an environment that runs elsewhere: --local=FILE. None can be started here, since @blobmirror/local is not installed. For accounts of Azure leave --local out.',
};

/** The hint of an error that ends a command; a hint of its own comes first. */
export function hintOf({ code, hint, hasOwnHint }: BlobmirrorError, options: LocalOption): string {
  if (hasOwnHint) return localized(hint, options);
  const local = options.local === undefined ? undefined : OF_LOCAL[code];
  const elsewhere = isLocalInstalled() ? undefined : OF_NO_ENVIRONMENT[code];
  return localized(elsewhere ?? local ?? OF_COMMAND[code] ?? hint, options);
}

/** The option again, for a command that is proposed: it should ask the same accounts. */
function localFlag({ local }: LocalOption): string {
  if (local === undefined) return '';
  return local === true ? ' --local' : ` --local=${forShell(local)}`;
}

function forShell(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** In a checkout or a project, npm finds the command; elsewhere it is installed. */
function program(): string {
  const { npm_lifecycle_event: event, npm_lifecycle_script: script = '' } = process.env;
  return event === 'start' || (event === 'npx' && /\bblobmirror\b/.test(script))
    ? 'npx blobmirror'
    : 'blobmirror';
}
