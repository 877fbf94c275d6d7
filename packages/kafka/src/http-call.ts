import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { text } from 'node:stream/consumers';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** One call; a body makes it a POST. Not `fetch`, which can't be told of an authority of one's own. */
export const httpCall = (
  url: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string | undefined;
    readonly timeoutMs: number;
    /** PEM text. */
    readonly ca?: string | undefined;
  },
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const { headers, body, timeoutMs, ca } = options;
    const request = url.startsWith('https:') ? tlsRequest : plainRequest;
    const call = request(
      url,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(timeoutMs),
        // calls are rare: a connection that was kept is one that the other side has closed meanwhile
        agent: false,
        ...(ca === undefined ? {} : { ca }),
      },
      (response) => {
        text(response).then((answer) => resolve({ status: response.statusCode ?? 0, text: answer }), reject);
      },
    );
    call.once('error', reject);
    call.end(body);
  });
