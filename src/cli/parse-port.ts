import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError which commander turns into a line that names the option */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new InvalidArgumentError('It should be a port from 1 to 65535, or 0 for a free one.');
}
