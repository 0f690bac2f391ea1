import { timingSafeEqual } from 'node:crypto';

/** The one rule of the namespace: a name and its key, which give every right. */
export interface AccessKey {
  readonly name: string;
  readonly key: string;
}

/** A mechanism as rhea's server asks for it: `outcome` is there, for good or bad, once `start` has returned. */
interface Mechanism {
  readonly outcome: boolean;
  readonly username: string | undefined;
  start(response: unknown): void;
}

/**
 * The mechanisms that Service Bus offers, in its order. PLAIN carries name and key of a rule and is checked; its
 * links need no token. The others leave it to `$cbs`. Source: "AMQP 1.0 in Azure Service Bus and Event Hubs protocol
 * guide", and what Service Bus answers (minghuaw/fe2o3-amqp#257).
 */
export function saslMechanisms(accessKey: AccessKey): Readonly<Record<string, () => Mechanism>> {
  const open = () => ({ outcome: true, username: undefined, start: () => undefined });
  const mechanisms = {
    MSSBCBS: open,
    PLAIN: () => new Plain(accessKey),
    ANONYMOUS: open,
    EXTERNAL: open,
  };
  // rhea looks names up as members: without a prototype there are no others.
  return Object.assign(Object.create(null) as typeof mechanisms, mechanisms);
}

class Plain implements Mechanism {
  readonly #accessKey: AccessKey;
  outcome = false;
  username: string | undefined;

  constructor(accessKey: AccessKey) {
    this.#accessKey = accessKey;
  }

  /** The response is [authorization identity] NUL name NUL key (RFC 4616). */
  start(response: unknown): void {
    const [, name, key, ...more] = Buffer.isBuffer(response) ? response.toString('utf8').split('\0') : [];
    const isRight =
      name === this.#accessKey.name &&
      key !== undefined &&
      more.length === 0 &&
      isEqual(key, this.#accessKey.key);
    this.outcome = isRight;
    this.username = isRight ? name : undefined;
  }
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
