/** The URL of a path as events have it: percent-encoded, without a query. `origin`: `http://127.0.0.1:PORT`. */
export function pathUrl(origin: string, account: string, container: string, path: string): string {
  return `${origin}/${[account, container, ...path.split('/')].map(encodeURIComponent).join('/')}`;
}
