import { ObservedClock } from '../../../src/clock/observed-clock.ts';

export const START = Date.parse('2026-11-25T12:00:00Z');

/** The true time, which is that of the services. */
export interface World {
  time: number;
}

/** A machine with its own clock, among services with the true time. */
export class Machine {
  readonly world: World;
  /** How far the machine's clock is ahead. */
  ahead: number;
  /** How long the machine slept; the steady clock stood still meanwhile. */
  slept = 0;
  readonly clock: ObservedClock;

  constructor(ahead = 0, world: World = { time: START + 312 }) {
    this.ahead = ahead;
    this.world = world;
    this.clock = new ObservedClock({
      own: () => this.time + this.ahead,
      steady: () => this.time - START + 5000 - this.slept,
    });
  }

  get time(): number {
    return this.world.time;
  }

  set time(time: number) {
    this.world.time = time;
  }

  /** The steady clock stands still meanwhile. */
  sleep(ms: number): void {
    this.time += ms;
    this.slept += ms;
  }

  /** Both clocks stand still meanwhile, as those of a virtual machine that is moved to another host. */
  freeze(ms: number): void {
    this.sleep(ms);
    this.ahead -= ms;
  }

  /** One answer, by a service that answers halfway through the time. @param wrong how far its Date is off */
  hear({
    account = 'source',
    tookMs = 20,
    wrong = 0,
    more = {},
  }: {
    readonly account?: string;
    readonly tookMs?: number;
    readonly wrong?: number;
    readonly more?: Readonly<Record<string, string>>;
  } = {}): void {
    const sentAt = this.clock.begin().steady;
    this.time += tookMs / 2;
    const headers = new Map([
      ['date', new Date(this.time + wrong).toUTCString()],
      ['x-ms-request-id', 'r'],
      ...Object.entries(more),
    ]);
    this.time += tookMs / 2;
    this.clock.observe(account, headers, sentAt);
  }

  hearSome(count = 3): void {
    for (let i = 0; i < count; i++) {
      this.hear();
      this.time += 1300;
    }
  }

  judge() {
    return this.clock.assess(this.clock.begin());
  }
}
