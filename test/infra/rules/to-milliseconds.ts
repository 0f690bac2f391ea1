const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const TIME = /^()(\d+):(\d+):(\d+)$/;

/** A duration as Azure writes it (`P14D`, `PT5M`) or host.json (`00:10:00`), or a plain number as it is. */
export function toMilliseconds(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const match = typeof value === 'string' ? (DURATION.exec(value) ?? TIME.exec(value)) : null;
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
