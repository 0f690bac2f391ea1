const ACCOUNT_HOST = /^([a-z0-9]+)(?:-[a-z0-9]+)?(?:\.z\d+)?\.blob\./;

/**
 * The account that an endpoint names: by its host, or by the first segment of the path when the host is an IP address or
 * a single word. Undefined for any other host, such as a custom domain: with a wrong name, every event would be ignored as
 * one of another account.
 */
export function accountOfEndpoint(endpoint: string | undefined): string | undefined {
  const url = parse(endpoint);
  if (url === undefined) return undefined;
  const account = isPathStyle(url) ? url.pathname.split('/')[1] : ACCOUNT_HOST.exec(url.hostname)?.[1];
  return account?.replace(SECONDARY, '').toLowerCase() || undefined;
}

/**
 * One text for all spellings of one endpoint: case, protocol, explicit port, dots and slashes at the end, and the
 * secondary one. The Data Lake endpoint is refused as a setting.
 */
export function spellingOfEndpoint(endpoint: string): string {
  const url = parse(endpoint);
  if (url === undefined) return endpoint;
  const { hostname, pathname, port } = url;
  const [first = '', ...rest] = hostname.replace(/\.$/, '').split('.');
  const host = [first.replace(SECONDARY, ''), ...rest].join('.');
  const path = pathname.toLowerCase().replace(/\/+$/, '').replace(SECONDARY, '');
  return `${host}:${port}${path}`;
}

const SECONDARY = /-secondary$/i;

function parse(endpoint: string | undefined): URL | undefined {
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined;
  const url = new URL(endpoint);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

function isPathStyle({ hostname }: URL): boolean {
  return !hostname.includes('.') || /^[\d.]+$/.test(hostname);
}
