const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** About how long before `now` that was: `just now`, `12 s ago`, `59 min ago`. */
export function ago(at: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(at);
  const unit = UNITS.find(([name, size]) => ms >= size * (name === 'd' ? 2 : 1));
  return unit === undefined ? 'just now' : `${Math.floor(ms / unit[1])} ${unit[0]} ago`;
}
