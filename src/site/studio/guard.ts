import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a request says of where it is from. */
export interface Claims {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Token in the address, for the page itself, whose request has no headers of ours. */
  readonly token: string | null;
}

/** Header that carries the token; a foreign page cannot set it without a question that is not answered. */
export const TOKEN_HEADER = 'x-esegen-token';

/** Whether two texts are the same, in a time that does not tell how far. */
function same(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Why a request is not answered; null where it may be.
 *
 * A foreign page can make a browser ask any address. Its name is then in Origin; and where its own name has been made to lead here, in Host. A
 * program of another user of the machine can say anything, but does not know the token.
 *
 * @param port of the server
 */
export function refusalOf({ method, headers, token }: Claims, port: number, expected: string): string | null {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (headers.host === undefined || !hosts.includes(headers.host)) return 'foreign host';
  const { origin } = headers;
  if (origin === undefined ? method !== 'GET' : origin !== `http://${headers.host}`) return 'foreign origin';
  const header = headers[TOKEN_HEADER];
  const given = typeof header === 'string' ? header : method === 'GET' ? token : null;
  return given !== null && same(given, expected) ? null : 'no token';
}
