// Loaded before a process by NODE_OPTIONS=--import: its clock is SHIFTED_CLOCK_MS ahead, as that of a machine without NTP.
const ahead = Number(process.env['SHIFTED_CLOCK_MS'] ?? 0);
const TrueDate = Date;
const now = () => TrueDate.now() + ahead;

globalThis.Date = new Proxy(TrueDate, {
  /** @returns {object} */
  construct: (target, args, newTarget) =>
    /** @type {object} */ (Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget)),
  apply: () => new TrueDate(now()).toString(),
  /** @returns {unknown} */
  get: (target, name, receiver) =>
    name === 'now' ? now : /** @type {unknown} */ (Reflect.get(target, name, receiver)),
});
