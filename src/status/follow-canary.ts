import { setTimeout as sleep } from 'node:timers/promises';
import { toBlobmirrorError } from '../model/errors.ts';
import type { Key } from '../model/key.ts';
import type { Reading } from '../model/reading.ts';
import type { CanarySource } from '../ports/canary-source.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { changeDocument, isTooNew, readDocument } from '../documents/change-document.ts';
import {
  CANARY,
  CANARY_DOCUMENT,
  type CanaryDocument,
  canaryText,
  canaryDelay,
  toArrived,
  toWritten,
} from './canary.ts';

export interface CanaryParts {
  readonly key: Key;
  /** The source account. */
  readonly account: string;
  readonly source: CanarySource;
  /** Reads the canary on the backup, once. */
  readonly readBackup: () => Promise<Reading>;
  readonly documents: DocumentStore;
  readonly log: Logger;
  /** The time of day, by the clocks of the services. */
  readonly now: () => Date;
  /** The delays of the checks for its arrival, each after the one before, in milliseconds. */
  readonly checksMs?: readonly number[];
}

/** A canary that arrives after these checks is timed to the second only. */
const CHECKS_MS = [200, 300, 500, 500, 1000, 1000, 1500];

/**
 * Writes the next canary and waits a few seconds for it to arrive. Never rejects: the status reports
 * failures. A refused write is logged once, with what to do.
 */
export async function followCanary(parts: CanaryParts): Promise<void> {
  const { log, checksMs: looksMs = CHECKS_MS } = parts;
  try {
    const found = await readDocument(parts.documents, CANARY_DOCUMENT, CANARY);
    if (found.state === 'damaged') {
      // Workers of the newer release write the canary.
      if (isTooNew(found)) return;
      const { code, message, hint } = found.error;
      log.warn('the record of the canary is damaged; a new one is created', { code, detail: message, hint });
    }
    const before = found.state === 'there' ? found.value : {};
    if (before.missingSince !== undefined) await recordArrival(parts, before);
    const written = await write(parts, before);
    if (written === undefined) return;
    for (const delay of looksMs) {
      await sleep(delay, undefined, { ref: false });
      if (await recordArrival(parts, written, parts.now)) return;
    }
  } catch (thrown) {
    log.debug('the canary could not be followed', { error: toBlobmirrorError(thrown) });
  }
}

async function write(parts: CanaryParts, before: CanaryDocument): Promise<CanaryDocument | undefined> {
  const { key, account, source, documents, log, now } = parts;
  const at = now().toISOString();
  try {
    const etag = await source.write(key, canaryText(at));
    let written: CanaryDocument = {};
    await changeDocument(
      documents,
      CANARY_DOCUMENT,
      CANARY,
      (document = {}) => (written = toWritten(document, at, etag)),
    );
    return written;
  } catch (thrown) {
    const { code, message, hint } = toBlobmirrorError(thrown);
    if (before.refused?.code === code) return undefined;
    await changeDocument(documents, CANARY_DOCUMENT, CANARY, (document = {}) => ({
      ...document,
      refused: { code, since: at },
    }));
    const what = `Give the app's identity the role Storage Blob Data Contributor on the container ${key.container} of ${account}, which must be there, or set BLOBMIRROR_CANARY to off.`;
    log.warn('the canary cannot be written', {
      code,
      detail: message,
      hint: code === 'storage-forbidden' ? what : hint,
    });
    return undefined;
  }
}

async function recordArrival(
  parts: CanaryParts,
  document: CanaryDocument,
  now?: () => Date,
): Promise<boolean> {
  let tookMs: number | undefined;
  try {
    const reading = await parts.readBackup();
    tookMs = canaryDelay(document, reading, parts.account, now?.());
  } catch {
    // The backup is out of reach; the canary is not seen.
  }
  const etag = document.last?.etag;
  if (tookMs === undefined || etag === undefined) return false;
  const took = tookMs;
  await changeDocument(parts.documents, CANARY_DOCUMENT, CANARY, (latest = {}) =>
    toArrived(latest, etag, took),
  );
  return true;
}
