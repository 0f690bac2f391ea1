import type { Logger } from '../../telemetry/logger.ts';

/**
 * Follows the links to one queue and turns their many errors into two lines for each outage: one when the first link
 * is lost, one when all are back.
 */
export class LinkHealth {
  readonly #log: Logger;
  readonly #links: number;
  readonly #up = new Set<number>();
  #state: 'starting' | 'receiving' | 'outage' = 'starting';

  constructor(links: number, log: Logger) {
    this.#links = links;
    this.#log = log;
  }

  up(link: number): void {
    this.#up.add(link);
    if (this.#up.size < this.#links || this.#state === 'receiving') return;
    this.#log.info(this.#state === 'outage' ? 'receiving from the queue again' : 'receiving from the queue');
    this.#state = 'receiving';
  }

  down(link: number, error: Error): void {
    this.#up.delete(link);
    if (this.#state === 'outage') return;
    this.#state = 'outage';
    const code = 'code' in error ? error.code : undefined;
    this.#log.warn('Queue cannot be received; trying until it can', { code, reason: error.message });
  }
}
