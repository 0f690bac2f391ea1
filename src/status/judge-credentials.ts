import type { Problem } from '../api/health-codes.ts';
import { formatDuration } from '../api/statement.ts';

/** What is known of the end of a SAS, or of a secret of Key Vault. Never its value. */
export interface CredentialReport {
  /** As an operator finds it: `the SAS of BLOBMIRROR_SOURCE`. */
  readonly name: string;
  /** For anyone who asks; absent: `name`. */
  readonly publicName?: string;
  /** Undefined: it has none. */
  readonly endsAt?: Date;
  /** Why its end is not known. */
  readonly unknown?: string;
  /** Why it is not usable although its end has not come. */
  readonly refused?: string;
  /** The name of what is used in its place, once it has ended. */
  readonly successor?: string;
  /** Nothing stops when it ends: the value that it had is in use. */
  readonly isAdvisory?: boolean;
}

const WARN_BEFORE_MS = 14 * 24 * 3_600_000;

/** Credentials that end soon, that have ended, and those of which the end is not known: a problem each. */
export function judgeCredentials(credentials: readonly CredentialReport[], now: Date): readonly Problem[] {
  const ended = credentials.filter((each) => leftMs(each, now) <= 0 || each.refused !== undefined);
  const others = credentials.filter((each) => !ended.includes(each));
  const ending = others.filter((each) => leftMs(each, now) <= WARN_BEFORE_MS);
  const stops = ended.some(({ successor, isAdvisory }) => successor === undefined && isAdvisory !== true);
  return [
    ...problem('credential-ended', ended, ofEnded, !stops),
    ...problem('credential-ending', ending, (each) => ofEnding(each, now)),
    ...problem(
      'credential-unknown',
      others.filter(({ unknown }) => unknown !== undefined),
      ({ name, unknown }) => `The end of ${name} is unknown: ${unknown ?? ''}.`,
    ),
  ];
}

function leftMs({ endsAt }: CredentialReport, now: Date): number {
  return endsAt === undefined ? Infinity : endsAt.getTime() - now.getTime();
}

function ofEnded({ name, endsAt, refused, successor, isAdvisory }: CredentialReport): string {
  const what =
    refused === undefined
      ? `${capital(name)} has ended on ${toText(endsAt)}`
      : `${capital(name)} is not accepted any more: ${refused}`;
  if (successor !== undefined) return `${what}; requests go out with ${successor}.`;
  return isAdvisory === true ? `${what}; the value that it had is still in use.` : `${what}.`;
}

function ofEnding({ name, endsAt, successor }: CredentialReport, now: Date): string {
  const left = formatDuration(leftMs({ name, ...(endsAt && { endsAt }) }, now));
  const then = successor === undefined ? '' : `; then ${successor} takes over`;
  return `${capital(name)} ends in ${left}, on ${toText(endsAt)}${then}.`;
}

function problem(
  code: Problem['code'],
  credentials: readonly CredentialReport[],
  describe: (credential: CredentialReport) => string,
  isWarning = true,
): readonly Problem[] {
  if (credentials.length === 0) return [];
  const detail = credentials.map(describe).join(' ');
  const publicDetail = credentials
    .map((each) => describe({ ...each, name: each.publicName ?? each.name }))
    .join(' ');
  return [
    {
      code,
      detail,
      ...(publicDetail !== detail && { publicDetail }),
      ...(isWarning && { severity: 'warning' }),
    },
  ];
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function toText(time: Date | undefined): string {
  return time === undefined ? 'an unknown day' : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
