import type { Context, LocalRequest } from '../azurite/azurite-model.ts';
import { BlobSasAuthenticator, operations, storageError } from '../azurite/azurite.ts';

/** The values that a signature covers, as Azurite reads them from a request. */
interface SignedValues {
  signedResource?: string | undefined;
}

interface Signatures {
  validate: (this: unknown, request: LocalRequest, context: Context) => Promise<boolean | undefined>;
  getBlobSASSignatureValuesFromRequest: (
    this: unknown,
    request: LocalRequest,
    ...rest: readonly unknown[]
  ) => SignedValues | undefined;
}

/**
 * A SAS of one version (`sr=bv`), which Azurite does not know: its signature covers the version's id in the place of a
 * snapshot (learn.microsoft.com/rest/api/storageservices/create-service-sas). Applies to every server of the process.
 */
export function acceptVersionSignatures(): void {
  const signatures = BlobSasAuthenticator.prototype as unknown as Signatures;
  const { validate, getBlobSASSignatureValuesFromRequest: valuesOf } = signatures;
  const ofVersions = new WeakSet<LocalRequest>();
  signatures.validate = async function validateVersion(request, context) {
    const isOfVersion = request.getQuery('sr') === 'bv';
    const given = isOfVersion ? asSnapshot(request) : request;
    if (isOfVersion) ofVersions.add(given);
    return await validate.call(this, given, context);
  };
  signatures.getBlobSASSignatureValuesFromRequest = function signedValues(request, ...rest) {
    const values = valuesOf.call(this, request, ...rest);
    if (values !== undefined && ofVersions.has(request)) values.signedResource = 'bv';
    return values;
  };
}

/** A request for a version as one for a snapshot, whose signatures cover the same. */
function asSnapshot(request: LocalRequest): LocalRequest {
  return {
    getMethod: () => request.getMethod(),
    getUrl: () => request.getUrl(),
    getEndpoint: () => request.getEndpoint(),
    getPath: () => request.getPath(),
    getHeader: (name) => request.getHeader(name),
    getHeaders: () => request.getHeaders(),
    getRawHeaders: () => request.getRawHeaders(),
    getQuery: (name) => {
      if (name === 'sr') return 'bs';
      return request.getQuery(name === 'snapshot' ? 'versionid' : name);
    },
    getProtocol: () => request.getProtocol(),
  };
}

/**
 * The deletion of a version takes a permission of its own, `x`, and that of a blob `d`. Of a SAS with a stored access policy
 * the permissions are not known here.
 *
 * @throws AzuriteError 403
 */
export function refuseOtherDeletion(context: Context, request: LocalRequest): void {
  const permissions = request.getQuery('sp');
  if (operations[context.operation] !== 'Blob_Delete' || permissions === undefined) return;
  const needed = request.getQuery('versionid') === undefined ? 'd' : 'x';
  if (permissions.includes(needed)) return;
  throw storageError(
    context,
    403,
    'AuthorizationPermissionMismatch',
    'This request is not authorized to perform this operation using this permission.',
  );
}
