import restPipeline from '@azure/core-rest-pipeline/package.json' with { type: 'json' };
import serviceBus from '@azure/service-bus/package.json' with { type: 'json' };
import storageBlob from '@azure/storage-blob/package.json' with { type: 'json' };
import { findClientDefect, findKeyDefect, findPipelineDefect } from './storage-sdk.ts';

/**
 * The releases that this room was written for. package.json names them exactly: what is used here is not part
 * of a package's public surface, and may change with any release. After an upgrade, read this room against
 * the new release.
 */
export const EXPECTED_VERSIONS = {
  '@azure/core-rest-pipeline': '1.25.0',
  '@azure/service-bus': '7.9.5',
  '@azure/storage-blob': '12.34.0',
} as const;

type CheckedPackage = keyof typeof EXPECTED_VERSIONS;

const INSTALLED_VERSIONS: Readonly<Record<CheckedPackage, string>> = {
  '@azure/core-rest-pipeline': restPipeline.version,
  '@azure/service-bus': serviceBus.version,
  '@azure/storage-blob': storageBlob.version,
};

/** Returns, in words, what a package lacks; undefined when it has all that is used. */
export type FindDefect = () => string | undefined;

/** What can be checked without a connection; for Service Bus, that is the version. */
const DEFECTS: readonly (readonly [CheckedPackage, FindDefect])[] = [
  ['@azure/storage-blob', findClientDefect],
  ['@azure/storage-blob', findPipelineDefect],
  ['@azure/storage-blob', findKeyDefect],
];

let isChecked = false;

/** Checks the SDKs once per process, before the first client is made. @throws Error */
export function checkSdk(): void {
  if (isChecked) return;
  refuseOtherSdk(INSTALLED_VERSIONS, DEFECTS);
  isChecked = true;
}

/** @throws Error that names the package, and the version or the part that differs */
export function refuseOtherSdk(
  installed: Readonly<Record<string, string>>,
  defects: readonly (readonly [name: string, find: FindDefect])[],
): void {
  for (const [name, expected] of Object.entries(EXPECTED_VERSIONS)) {
    const found = installed[name];
    if (found !== expected)
      throw new Error(
        `blobmirror needs ${name} ${expected} exactly and found ${found ?? 'none'}: install the versions of its package-lock.json (npm ci)`,
      );
  }
  for (const [name, find] of defects) {
    const defect = find();
    if (defect !== undefined)
      throw new Error(`${name} ${installed[name]} is not as blobmirror expects it: ${defect}`);
  }
}
