/** Identifies a mirror: its two accounts and its name in the settings. */
export interface MirrorIdentity {
  /** Account names. */
  readonly source: string;
  readonly backup: string;
  /** `default`, unless BLOBMIRROR_NAME says otherwise: two mirrors between the same accounts need two names. */
  readonly name: string;
}

/** `photos-to-photosbackup.default`. The documents of the mirror are kept under it. */
export type MirrorId = string & { readonly __brand: 'MirrorId' };

export const DEFAULT_NAME = 'default';

/** Lower-case letters, digits and single hyphens between them; 32 at most, so that a canary's name stays short. */
const NAME = /^(?=.{1,32}$)[a-z0-9]+(-[a-z0-9]+)*$/;

export function isMirrorName(text: string): boolean {
  return NAME.test(text);
}

export function mirrorId({ source, backup, name }: MirrorIdentity): MirrorId {
  return `${pairPrefix(source, backup)}${name}` as MirrorId;
}

/** The common prefix of the ids of all mirrors from one account to another, and of no others. */
export function pairPrefix(source: string, backup: string): string {
  return `${plain(source)}-to-${plain(backup)}.`;
}

/**
 * Azure's account names are lower-case letters and digits, which stay as they are. An endpoint may give an account any
 * other name: characters that could end a folder or imitate another id are escaped.
 */
function plain(account: string): string {
  return account.replaceAll(/[^a-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
}

const CANARY = /^[a-z0-9_]+-to-[a-z0-9_]+\.[a-z0-9-]+\.json$/;

/** The canary of a mirror, in the container of canaries: several mirrors may have one source. */
export function canaryName(id: MirrorId): string {
  return `${id}.json`;
}

/** Whether a blob in the container of canaries is that of some mirror, by its name. */
export function isCanaryName(path: string): boolean {
  return CANARY.test(path);
}
