import { distance } from '../model/nearest.ts';
import { quoted } from '../model/printable.ts';
import type { Environment } from './environment.ts';

const PREFIX = 'BLOBMIRROR_';

/**
 * The settings that protect data: a worker that ignored a misspelt one would delete, expose, or leave out what it was
 * to keep.
 */
const PROTECTING = [
  ...['SOURCE', 'BACKUP', 'STATE'].flatMap((account) => [
    account,
    ...['secondary', 'blobServiceUri', 'clientId', 'apiVersion'].map((member) => `${account}__${member}`),
  ]),
  'SERVICE_BUS',
  'SERVICE_BUS__fullyQualifiedNamespace',
  'SERVICE_BUS__clientId',
  'EVENTS_QUEUE',
  'RECONCILE_QUEUE',
  'TWO_WAY',
  'STATE_CONTAINER',
  'EVENT_GRID_DEAD_LETTERS',
  'DELETE_GUARD_PERCENT',
  'DELETE_GUARD_COUNT',
  'INCLUDE_CONTAINERS',
  'EXCLUDE_CONTAINERS',
  'INCLUDE_PATHS',
  'EXCLUDE_PATHS',
  'INCLUDE_PATTERNS',
  'EXCLUDE_PATTERNS',
  'CONTAINER_MAP',
  'BACKUP_CONTAINER_PREFIX',
  'DELETES',
  'FOREIGN',
  'HISTORY',
  'TAGS',
  'ACL',
].map((name) => `${PREFIX}${name}`);

const OTHERS = [
  'NAME',
  'RECONCILE_SCHEDULE',
  'LOOK_AGAIN',
  'RECONCILE_BUDGET',
  'TIER',
  'DECLARED_MD5',
  'NAMESPACE',
  'MAX_REQUESTS_PER_SECOND',
  'MAX_REQUESTS_PER_SECOND_SOURCE',
  'MAX_REQUESTS_PER_SECOND_BACKUP',
  'COPY',
  'COPY_BUDGET',
  'VERIFY',
  'CANARY',
  'CANARY_CONTAINER',
  'HEALTH_LIVE_MINUTES',
  'HEALTH_PROVEN_PERIODS',
  'HEALTH_UNPROTECTED_MINUTES',
  'LOG_LEVEL',
  'HTTP_HOST',
  'HTTP_KEY',
  'KEY_VAULT_SECRETS',
  'KEY_VAULT_SECRETS__clientId',
].map((name) => `${PREFIX}${name}`);

/** A test holds this list to what is read, and to the table of docs/settings.md. */
export const KNOWN_SETTINGS: readonly string[] = [...PROTECTING, ...OTHERS];

/** Read by the Functions host for the connection of the triggers, not by this code. */
const OF_HOST: ReadonlySet<string> = new Set([`${PREFIX}SERVICE_BUS__credential`]);

/** Whatever follows, such a setting was to leave something out or to keep something. */
const PROTECTING_STEM = /^(?:EXCLUDE|INCLUDE|DELETES?|HISTORY)(?:_|$)/;

/**
 * Variables that Kubernetes sets for a Service whose name begins with `blobmirror`:
 * kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const OF_KUBERNETES =
  /^BLOBMIRROR(?:_\w+)?_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;
const PORT_OF_KUBERNETES = /^BLOBMIRROR(?:_\w+)?_PORT$/;

/** A variable that looks like a setting of Blobmirror and is none. */
export interface UnknownSetting {
  readonly name: string;
  /** The setting that was probably meant. */
  readonly nearest: string | undefined;
  /** It is nearly the name of a setting that protects data. */
  readonly protects: boolean;
}

/** Every variable that is named like a setting and is none. A blank value means not set, here too. */
export function findUnknownSettings(env: Environment): readonly UnknownSetting[] {
  return Object.keys(env)
    .filter((name) => isNamedLikeSetting(name) && env[name]?.trim())
    .filter((name) => !(PORT_OF_KUBERNETES.test(name) && /^(?:tcp|udp|sctp):/.test(env[name] ?? '')))
    .toSorted()
    .map((name) => ({ name, nearest: nearestOf(name), protects: isNearlyProtecting(name) }));
}

/** One sentence without its full stop. */
export function describeUnknown({ name, nearest }: UnknownSetting): string {
  const shown = /^\w{1,100}$/.test(name) ? name : quoted(name.slice(0, 100));
  return nearest === undefined
    ? `${shown} is not a setting of this release`
    : `${shown} is not a setting of this release; did you mean ${nearest}?`;
}

function isNamedLikeSetting(name: string): boolean {
  if (KNOWN.has(name) || OF_HOST.has(name) || OF_KUBERNETES.test(name)) return false;
  // Windows finds a variable whatever its case.
  if (process.platform === 'win32' && KNOWN_FOLDED.has(name.toUpperCase())) return false;
  const plain = fold(name);
  if (plain.startsWith('BLOBMIRROR')) return true;
  // A misspelt beginning, such as BLOBMIROR_SOURCE.
  const start = fold(name.split(/[^a-z0-9]/i)[0] ?? '');
  return distance(start, 'BLOBMIRROR') <= 2 && nearestOf(name) !== undefined;
}

const KNOWN: ReadonlySet<string> = new Set(KNOWN_SETTINGS);
const KNOWN_FOLDED: ReadonlySet<string> = new Set(KNOWN_SETTINGS.map((name) => name.toUpperCase()));

/** Without what is easily mistaken: case, and the signs between the words. */
function fold(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}

function nearestOf(name: string): string | undefined {
  const plain = fold(name);
  const ranked = KNOWN_SETTINGS.map((known) => ({ known, away: distance(plain, fold(known)) }));
  const [best] = ranked.toSorted((one, other) => one.away - other.away);
  return best !== undefined && best.away <= mostEdits(best.known, 3) ? best.known : undefined;
}

function isNearlyProtecting(name: string): boolean {
  const plain = fold(name);
  return (
    PROTECTING.some((known) => distance(plain, fold(known)) <= mostEdits(known, 4)) ||
    PROTECTING_STEM.test(name.toUpperCase().replace(/^BLOBMIRROR_/, ''))
  );
}

/** One edit for so many characters after the prefix, at least one and at most three. */
function mostEdits(known: string, perEdit: number): number {
  return Math.min(3, Math.max(1, Math.floor((known.length - PREFIX.length) / perEdit)));
}
