/**
 * The versions of the storage services that can be spoken to an account, the newest first:
 * learn.microsoft.com/rest/api/storageservices/previous-azure-storage-service-versions. The oldest is the first that
 * tells the access control list of a file with its other properties (version-2023-11-03): an older service would have
 * us take a file with a list for one without.
 */
export const SERVICE_VERSIONS = [
  '2026-10-06',
  '2026-06-06',
  '2026-04-06',
  '2026-02-06',
  '2025-11-05',
  '2025-07-05',
  '2025-05-05',
  '2025-01-05',
  '2024-11-04',
  '2024-08-04',
  '2024-05-04',
  '2024-02-04',
  '2023-11-03',
] as const;

export type ServiceVersion = (typeof SERVICE_VERSIONS)[number];

export function isServiceVersion(text: string): text is ServiceVersion {
  return (SERVICE_VERSIONS as readonly string[]).includes(text);
}

/** What an account took of the versions that it was asked by. */
export interface VersionStatus {
  /** The newest that it refused; undefined: none. */
  readonly refused: string | undefined;
  /** What it is asked by since; undefined: by what the clients ask, or that it refused every one. */
  readonly spoken: string | undefined;
  /** It answered to what it is asked by; false: it was not asked yet, did not answer or refused. */
  readonly isTaken: boolean;
  /** It refused every version that there is to speak. */
  readonly isRefusedWhole: boolean;
}

/** What an account refused that takes no version, in words. Where the user named one, no other is tried. */
export function refusedWhole({ refused, spoken }: Pick<VersionStatus, 'refused' | 'spoken'>): string {
  return spoken === undefined
    ? `version ${refused} of the storage services and every older one that can be spoken`
    : `version ${refused} of the storage services, which __apiVersion names`;
}
