import { createHash, createHmac } from 'node:crypto';

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** A key of an S3 service. */
export interface S3Key {
  readonly user: string;
  readonly password: string;
}

/** One answer of an S3 service: its status and what it says. */
export interface S3Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends one signed request (AWS Signature Version 4) to `http://host:port/bucket/key?query`. @throws what fetch throws */
export async function s3(key: S3Key, method: string, url: string, body: string | Buffer = ''): Promise<S3Answer> {
  const { host, pathname, searchParams } = new URL(url);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const headers: Record<string, string> = { host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': date };
  const names = Object.keys(headers).join(';');
  const query = [...searchParams].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).sort();
  const canonical = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = [method, pathname, query.join('&'), canonical.join(''), names, sha256(body)].join('\n');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const secret = ['us-east-1', 's3', 'aws4_request'].reduce<string | Buffer>(hmac, hmac(`AWS4${key.password}`, date.slice(0, 8)));
  const signature = hmac(secret, ['AWS4-HMAC-SHA256', date, scope, sha256(request)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.user}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const response = await fetch(url, {
    method,
    headers: { ...headers, authorization },
    body: body || undefined,
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, text: await response.text() };
}
