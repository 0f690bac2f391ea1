/**
 * The versions of the storage services that Blobmirror can speak, the newest first:
 * learn.microsoft.com/rest/api/storageservices/previous-azure-storage-service-versions. The oldest is the first that
 * returns the access control list of a file with its other properties (version-2023-11-03): with an older one, a file
 * with a list would look like one without.
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

/** Which versions an account accepted and refused. */
export interface VersionStatus {
  /** The newest that it refused; undefined if none. */
  readonly refused: string | undefined;
  /** The version that is sent since then; undefined if the clients' own is sent, or every version was refused. */
  readonly spoken: string | undefined;
  /** The account accepted the version; false if it was not asked yet, did not answer or refused. */
  readonly isTaken: boolean;
  /** It refused every version that Blobmirror can speak. */
  readonly isRefusedWhole: boolean;
}

/** Which versions the account refused, in words. If the user named one, no other is tried. */
export function refusedWhole({ refused, spoken }: Pick<VersionStatus, 'refused' | 'spoken'>): string {
  return spoken === undefined
    ? `version ${refused} of the storage services and every older one that Blobmirror speaks`
    : `version ${refused} of the storage services, which __apiVersion names`;
}
