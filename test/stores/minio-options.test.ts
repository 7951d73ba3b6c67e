import { type MinioProps, MinioSchema } from '../../lib/stores/minio';
import { type AllProps, unseenProps } from '../support/all-props';
import { jobContainer, make } from './minio-support';

test('shows every option', () => {
  const given: AllProps<MinioProps> = {
    ...{ provider: 'minio', image: 'registry.test/minio:2', cpu: '260m', memory: '2Gi' },
    ...{
      storage: '101Gi',
      storageClass: 'slow',
      replicas: 5,
      buckets: ['documents', 'pictures'],
      lifecycle: { pictures: [{ prefix: 'thumbnails/', expire: '9d' }] },
      toolImage: 'registry.test/mc:2',
    },
  };
  const before = make().objects;
  const { objects, store, claims, statefulSet } = make(given as MinioProps);
  const { provider, ...visible } = given;
  expect(provider).toBe('minio');
  const defaults = MinioSchema.parse({});
  const rules = () =>
    JSON.parse(objects.find(({ kind, data }) => kind === 'ConfigMap' && data['pictures.lifecycle.json'])?.data['pictures.lifecycle.json'])
      .Rules;
  const explicit = {
    replicas: () => expect(statefulSet.spec.replicas).toBe(5),
    lifecycle: () => expect(rules()).toMatchObject([{ Filter: { Prefix: 'thumbnails/' }, Expiration: { Days: 9 } }]),
  };
  expect(unseenProps({ given: visible, defaults, before, after: objects, explicit })).toEqual([]);
  expect(store.buckets).toEqual(['documents', 'pictures']);
  expect(claims[0].spec).toMatchObject({ storageClassName: 'slow', resources: { requests: { storage: '101Gi' } } });
});

describe('fails', () => {
  test.each<[MinioProps, string]>([
    [{ buckets: [] }, 'test/minio.buckets: got an empty list, expected at least 1 item'],
    [{ buckets: ['Uploads'] }, 'test/minio.buckets[0]: got "Uploads", expected a bucket name such as uploads'],
    ...['ab', '-ab', 'ab-', 'a_b', 'a.b', 'a'.repeat(64)].map((bucket): [MinioProps, string] => [
      { buckets: ['uploads', bucket] },
      `test/minio.buckets[1]: got ${JSON.stringify(bucket).replace('a'.repeat(64), `${'a'.repeat(60)}…`)}, expected a bucket name such as uploads`,
    ]),
    [{ lifecycle: { upload: [{ expire: '7d' }] } }, 'test/minio.lifecycle.upload: got "upload", expected one of buckets: uploads'],
    [{ lifecycle: { uploads: [] } }, 'test/minio.lifecycle.uploads: got an empty list, expected at least 1 item'],
    [{ lifecycle: { uploads: [{ expire: '7' }] } }, 'test/minio.lifecycle.uploads[0].expire: got "7", expected days such as 7d'],
    ...[2, 3].map((replicas): [MinioProps, string] => [
      { replicas },
      `test/minio.replicas: got ${replicas}, expected 1, or 4 to 16 for an erasure set`,
    ]),
    [{ replicas: 17 }, 'test/minio.replicas: got 17, expected at most 16'],
    [{ memory: '511Mi' }, 'test/minio.memory: got "511Mi", expected at least 512Mi: MinIO holds 300 MiB before its first request'],
    [{ buckets: ['uploads', 'uploads'] }, 'test/minio.buckets: got "uploads" twice, expected each bucket once'],
    [{ buckets: ['a; rm'] }, 'test/minio.buckets[0]: got "a; rm", expected a bucket name such as uploads'],
  ])('%j', (props, message) => {
    expect(() => make(props)).toThrow(new Error(message));
  });

  test('not on names that S3 takes', () => {
    const buckets = ['abc', 'a-0', '0-9', '1a9', 'a'.repeat(63)];
    expect(jobContainer(make({ buckets }).objects).command.slice(2)).toEqual(buckets);
  });
});
