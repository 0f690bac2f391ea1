import type { TokenCredential } from '@azure/core-auth';
import {
  type HttpClient,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';

/** When a secret ends, by its attributes, or why that is not known. */
export type SecretAttributes =
  { readonly endsAt: Date | undefined; readonly isEnabled: boolean } | { readonly unknown: string };

const VERSION = '7.4';
const ANSWER_WITHIN_MS = 4000;

/**
 * Reads the attributes of a secret of Key Vault. The answer to this request has the value as well: a right to read attributes
 * alone is not in the role that an app has. The value is neither kept nor shown, nor is any text of the answer.
 *
 * @param uri `https://VAULT.vault.azure.net/secrets/NAME`, for its newest version, or with `/VERSION`
 */
export async function readSecretAttributes(
  uri: string,
  credential: TokenCredential,
  client: HttpClient = createDefaultHttpClient(),
): Promise<SecretAttributes> {
  const { origin, hostname, pathname } = new URL(uri);
  // The vault of each cloud has a domain of its own: learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
  const scope = `https://${hostname.slice(hostname.indexOf('.') + 1)}/.default`;
  const token = await credential.getToken(scope).catch(() => null);
  if (token === null) return { unknown: 'no token could be obtained for the vault' };
  const request = createPipelineRequest({
    url: `${origin}${pathname.replace(/\/$/, '')}?api-version=${VERSION}`,
    headers: createHttpHeaders({ authorization: `Bearer ${token.token}`, accept: 'application/json' }),
    timeout: ANSWER_WITHIN_MS,
  });
  try {
    const { status, bodyAsText } = await client.sendRequest(request);
    if (status !== 200) return { unknown: `the vault answered with ${status}` };
    return parseAttributes(bodyAsText ?? '') ?? { unknown: 'the vault answered with something else' };
  } catch {
    return { unknown: 'the vault did not answer' };
  }
}

/** The value, which the answer holds too, is left out. learn.microsoft.com/rest/api/keyvault/secrets/get-secret */
function parseAttributes(text: string): SecretAttributes | undefined {
  try {
    const { attributes } = JSON.parse(text) as { readonly attributes?: unknown };
    if (typeof attributes !== 'object' || attributes === null) return undefined;
    // Seconds since 1970.
    const { exp, enabled } = attributes as { readonly exp?: unknown; readonly enabled?: unknown };
    if (exp !== undefined && exp !== null && typeof exp !== 'number') return undefined;
    const endsAt = typeof exp === 'number' ? new Date(exp * 1000) : undefined;
    return { endsAt, isEnabled: enabled !== false };
  } catch {
    return undefined;
  }
}
