import { withEveryShell } from '../support/sh';
import { fresh, PODS, rounds } from './redis-keeper-support';

withEveryShell((sandbox) => {
  const round = rounds(sandbox);

  describe('forming', () => {
    const pods = PODS.map(fresh);
    const create = `--cluster create ${PODS.map((pod) => `redis-${pod}:6379`).join(' ')} --cluster-replicas 1 --cluster-yes`;
    const resets = PODS.map((pod) => `redis-${pod} cluster reset hard`);

    test('is done by the first pod, when all are there and none has anything', () => {
      expect(round(0, { pods, others: [], slots: 0 })).toEqual([...resets, create]);
    });

    test('starts again where an attempt was cut short', () => {
      expect(round(0, { pods, others: [], slots: [5461, 5462, 0, 0, 0, 0] })).toEqual([...resets, create]);
    });

    test.each([5])('is not done by pod %i', (pod) => {
      expect(round(pod, { pods, others: [], slots: 0 })).toEqual([]);
    });

    test.each([0, 5])('waits for pod %i', (pod) => {
      const there = pods.map((member, index) => (index === pod ? undefined : member));
      expect(round(0, { pods: there, others: [], slots: 0 })).toEqual([]);
    });

    test('is not done while two names lead to one pod', () => {
      const there = pods.map((member, index) => (index === 2 ? pods[1] : member));
      expect(round(0, { pods: there, others: [], slots: 0 })).toEqual([]);
    });

    test.each([0, 5])('is not done where pod %i has keys', (pod) => {
      const keys = PODS.map((index) => (index === pod ? 1 : 0));
      expect(round(0, { pods, others: [], slots: 0, keys })).toEqual([]);
    });

    test.each([5])('is not done where pod %i is in a whole cluster: the first pod joins that', (pod) => {
      const slots = PODS.map((index) => (index === pod ? 16384 : 0));
      expect(round(0, { pods, others: [], slots })).toEqual([`here cluster meet 10.1.0.${pod} 6379`]);
    });
  });
});
