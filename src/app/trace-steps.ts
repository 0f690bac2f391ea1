import type { Key } from '../model/key.ts';
import type { Rename } from '../model/rename.ts';
import type { Verdict } from '../model/verdict.ts';
import { inStepSpan } from '../telemetry/spans.ts';

/** A look at a key, as a step of the trace of its message. */
export async function traceLook(key: Key, look: () => Promise<Verdict>): Promise<Verdict> {
  return await inStepSpan('converge', ofKey(key), look, (verdict) => ({
    'blobmirror.verdict': verdict.verdict,
    ...(verdict.verdict === 'skipped' && { 'blobmirror.reason': verdict.reason }),
    ...(verdict.verdict === 'copied' && { 'blobmirror.bytes': verdict.bytes }),
  }));
}

/** The same for a rename that is followed. */
export async function traceRename<Outcome extends string>(
  { to }: Rename,
  follow: () => Promise<Outcome>,
): Promise<Outcome> {
  return await inStepSpan('follow rename', ofKey(to), follow, (outcome) => ({
    'blobmirror.verdict': outcome,
  }));
}

function ofKey({ container, path }: Key): { 'blobmirror.container': string; 'blobmirror.path': string } {
  return { 'blobmirror.container': container, 'blobmirror.path': path };
}
