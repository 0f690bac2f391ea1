import type { StorageRequest } from '@blobmirror/local';

/** What the worker asked of storage: counts by account and operation, and when each blob was first mirrored. */
export class WorkerRequests {
  readonly counts = new Map<string, number>();
  readonly #mirrored = new Set<string>();
  readonly #waiting: { count: number; resolve: (at: number) => void }[] = [];

  add({ account, operation, path, status, userAgent }: StorageRequest): void {
    if (userAgent?.startsWith('blobmirror') !== true) return;
    const name = `${account} ${operation}${status >= 400 ? ` ${status}` : ''}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    if (operation !== 'BlockBlob_PutBlobFromUrl' || status !== 201 || path === undefined) return;
    this.#mirrored.add(path);
    for (const { count, resolve } of this.#waiting)
      if (this.#mirrored.size >= count) resolve(performance.now());
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Resolves with the time at which so many blobs had been mirrored. */
  async mirrored(count: number): Promise<number> {
    return await new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}
