import { createSecretKey } from 'node:crypto';
import {
  AnonymousCredential,
  BlobServiceClient,
  newPipeline,
  type Pipeline,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';

type Policies = BlobServiceClient['storageClientContext']['pipeline'];

/**
 * What the SDK does for every request without need: it looks for forms to send, for which Node loads its `fetch` (a
 * tenth of a start), and prepares spans of its own beside ours.
 */
const NEEDLESS: readonly string[] = ['formDataPolicy', 'tracingPolicy'];
/** The service never redirects. Following a redirect of anything else would hand it our SAS. */
const HARMFUL: readonly string[] = ['redirectPolicy'];

/**
 * The policies of a pipeline, without those of the SDK that are needless or harmful here. The SDK keeps them with the
 * pipeline, for whichever client comes next; in public it lets policies be added to a pipeline only by an old interface,
 * for which it copies every request and answer.
 */
export function openPolicies(pipeline: Pipeline): Policies {
  const policies = policiesOf(pipeline);
  for (const name of [...NEEDLESS, ...HARMFUL]) policies.removePolicy({ name });
  return policies;
}

function policiesOf(pipeline: Pipeline): Policies {
  return new PipelineAccess('https://account.blob.core.windows.net', pipeline).policies;
}

class PipelineAccess extends BlobServiceClient {
  get policies(): Policies {
    return this.storageClientContext.pipeline;
  }
}

/** Removing a policy by a name that is no longer its own would remove nothing, without a word. */
export function findPipelineDefect(pipeline = newPipeline(new AnonymousCredential())): string | undefined {
  const policies = policiesOf(pipeline) as Partial<Policies> | undefined;
  if (typeof policies?.removePolicy !== 'function' || typeof policies.addPolicy !== 'function')
    return 'storageClientContext.pipeline has no policies to add and remove';
  const names = new Set(policies.getOrderedPolicies?.().map(({ name }) => name));
  const missing = [...NEEDLESS, ...HARMFUL].filter((name) => !names.has(name));
  return missing.length > 0 ? `its pipeline has no ${missing.join(', ')}` : undefined;
}

const KEY = 'accountKey';

/** Node prepares a key of bytes anew for each signature, which takes longer than to sign. This prepares it once. */
export function prepareKey(credential: StorageSharedKeyCredential): void {
  const key: unknown = Reflect.get(credential, KEY);
  if (key instanceof Uint8Array) Reflect.set(credential, KEY, createSecretKey(key));
}

export function findKeyDefect(
  credential = new StorageSharedKeyCredential('account', 'a2V5'),
): string | undefined {
  if (!(Reflect.get(credential, KEY) instanceof Uint8Array))
    return `StorageSharedKeyCredential has no ${KEY} of bytes`;
  const plain = credential.computeHMACSHA256('text');
  prepareKey(credential);
  return credential.computeHMACSHA256('text') === plain
    ? undefined
    : `StorageSharedKeyCredential signs otherwise with a prepared ${KEY}`;
}
