/**
 * A clock on which a millisecond passes each time it is read, and none otherwise: what lasts a minute is not over sooner on
 * a busy machine.
 */
export function tickingDate(start: number): typeof Date {
  let time = start;
  const now = (): number => time++;
  return new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, name, receiver) =>
      name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown),
  });
}
