import type { SubQueueName } from '../queue/queue-state.ts';

/** What a link is attached to. */
export type EntityAddress =
  | { readonly node: 'cbs' }
  | { readonly node: 'entity' | 'management'; readonly queue: string; readonly subQueue: SubQueueName };

const MANAGEMENT = '/$management';
const DEAD_LETTER = '/$deadletterqueue';

/**
 * Parses `queue`, `queue/$DeadLetterQueue` and either followed by `/$management`, also behind `amqps://host/`. Case
 * does not matter, as in Azure. Undefined for a scheme that Azure does not take.
 */
export function parseEntityAddress(address: string): EntityAddress | undefined {
  const url = /^([a-z][a-z0-9+.-]*):\/\/[^/]*(.*)$/is.exec(address);
  if (url !== null && !['amqp', 'amqps'].includes(url[1]?.toLowerCase() ?? '')) return undefined;
  let path = (url?.[2] ?? address).toLowerCase().replace(/^\/+/, '');
  if (path === '$cbs') return { node: 'cbs' };
  const node = path.endsWith(MANAGEMENT) ? 'management' : 'entity';
  if (node === 'management') path = path.slice(0, -MANAGEMENT.length);
  const subQueue = path.endsWith(DEAD_LETTER) ? 'deadLetter' : 'main';
  if (subQueue === 'deadLetter') path = path.slice(0, -DEAD_LETTER.length);
  return { node, queue: path, subQueue };
}
