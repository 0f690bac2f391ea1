import { createHash } from 'node:crypto';
import type { StorageMutation } from '@blobmirror/local';
import { splitStamp } from '../../../src/model/stamp.ts';
import type { Exchange } from './start-fault-proxy.ts';

/**
 * Sees what users wrote to the source and what the service did to the backup, for any client, and reports
 * what must never happen at any moment: a live blob was deleted, or a blob was created that is no version of
 * its source.
 */
export class Witness {
  readonly violations: string[] = [];
  /** How many deletions and writes it checked. */
  readonly seen = { copies: 0, deletes: 0 };
  /** The current ETag at the source, by `container/path`. */
  readonly #living = new Map<string, string>();
  /** Digests of content by its ETag at the source. */
  readonly #written = new Map<string, string>();
  /** By ETag on the backup: the source version that its stamp names. */
  readonly #stamps = new Map<string, string>();
  readonly #copied: { readonly blob: string; readonly etag: string; readonly md5: string }[] = [];

  /** A user got the answer that a version has this content. */
  wrote(etag: string, content: Uint8Array): void {
    this.#written.set(bare(etag), digest(content));
  }

  sourceChanged({ api, container, path, eTag }: StorageMutation): void {
    const blob = `${container}/${path}`;
    if (api === 'DeleteBlob' || eTag === undefined) this.#living.delete(blob);
    else this.#living.set(blob, bare(eTag));
  }

  backupAnswered({ method, url, requestHeaders, rawRequestHeaders, status, answerHeaders }: Exchange): void {
    if (status >= 300) return;
    const blob = blobOf(url);
    if (method === 'PUT' && answerHeaders.etag !== undefined) {
      const { stamp } = splitStamp(metadataOf(rawRequestHeaders));
      if (stamp === undefined) return;
      this.#stamps.set(bare(answerHeaders.etag), stamp.etag);
      const md5 = answerHeaders['content-md5'];
      if (requestHeaders['x-ms-copy-source'] === undefined || typeof md5 !== 'string') return;
      this.seen.copies++;
      this.#copied.push({ blob, etag: stamp.etag, md5 });
    }
    if (method === 'DELETE') this.#deleted(blob, requestHeaders['if-match']);
  }

  /**
   * To be called when every writer has its answers: only then is every version known that a copy may be of.
   */
  checkCopies(): void {
    for (const { blob, etag, md5 } of this.#copied.splice(0)) {
      const written = this.#written.get(etag);
      if (written !== undefined && written !== md5)
        this.violations.push(`${blob} is no version of its source`);
    }
  }

  /**
   * Its condition names the deleted version. A version with the ETag of a live source did not exist while the
   * source was absent.
   */
  #deleted(blob: string, ifMatch: string | undefined): void {
    this.seen.deletes++;
    if (ifMatch === undefined) return void this.violations.push(`${blob} was deleted without a condition`);
    const stamp = this.#stamps.get(bare(ifMatch));
    if (stamp !== undefined && this.#living.get(blob) === stamp)
      this.violations.push(`${blob} was deleted while the source had it`);
  }
}

function blobOf(url: string): string {
  const [, , ...segments] = url.split('?', 1).join('').split('/');
  return decodeURIComponent(segments.join('/'));
}

function metadataOf(rawHeaders: readonly string[]): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (name.toLowerCase().startsWith('x-ms-meta-')) metadata[name.slice('x-ms-meta-'.length)] = value;
  }
  return metadata;
}

function bare(etag: string): string {
  return etag.replaceAll('"', '');
}

function digest(content: Uint8Array): string {
  return createHash('md5').update(content).digest('base64');
}
