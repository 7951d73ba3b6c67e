import { withEveryShell } from '../support/sh';
import { id, POD_IP, rounds, WELL, without } from './redis-keeper-support';

withEveryShell((sandbox) => {
  const round = rounds(sandbox);

  describe('where all is well', () => {
    test.each([0, 5])('pod %i does nothing', (pod) => {
      const masterHost = pod > 2 ? `10.1.0.${pod - 3}` : undefined;
      expect(round(pod, { pods: WELL, others: without(WELL, pod), masterHost })).toEqual([]);
    });

    test('nothing is done where the own server does not answer', () => {
      const pods = WELL.map((member, pod) => (pod === 0 ? undefined : member));
      const place = sandbox();
      place.write(`state/${POD_IP}/cluster nodes`, '');
      expect(round(0, { pods, others: [] })).toEqual([]);
    });
  });

  describe('on SIGTERM', () => {
    test.each([2])('master %i hands over to its replica', (pod) => {
      const place = sandbox();
      place.write(`state/10.1.0.${pod + 3}/cluster failover`, 'OK\n');
      expect(round(pod, { pods: WELL, others: without(WELL, pod) }, true)).toEqual([`10.1.0.${pod + 3} cluster failover`]);
    });

    test.each([
      ['a replica has nothing to hand over', 3, 'slave'],
      ['a master keeps its slots where its replica failed', 0, 'slave,fail'],
      ['a master keeps its slots where it has no replica', 0, 'master'],
    ])('%s', (_, pod, flags) => {
      const others = without(WELL, pod).map((member) => (member.id === id(3) ? { ...member, flags } : member));
      const masterHost = pod === 3 ? '10.1.0.0' : undefined;
      expect(round(pod, { pods: WELL, others, masterHost }, true)).toEqual([]);
    });
  });
});
