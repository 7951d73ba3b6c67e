import { withEveryShell } from '../support/sh';
import { fresh, id, type Member, PODS, rounds, WELL, without } from './redis-keeper-support';

withEveryShell((sandbox) => {
  const round = rounds(sandbox);

  describe('after all pods got new addresses', () => {
    const others = WELL.map((member) => ({ ...member, ip: '255.255.255.255', link: 'disconnected' }));

    test.each([0, 4])('pod %i meets all others where they are now', (pod) => {
      expect(round(pod, { pods: WELL, others: without(others, pod) })).toEqual(
        PODS.filter((other) => other !== pod).map((other) => `here cluster meet 10.1.0.${other} 6379`),
      );
    });

    test('a link that is still being made to an old address is none', () => {
      const list = without(WELL, 4).map((member) => (member.id === id(2) ? { ...member, ip: '10.9.9.9' } : member));
      expect(round(4, { pods: WELL, others: list, masterHost: '10.1.0.1' })).toEqual(['here cluster meet 10.1.0.2 6379']);
    });

    test('only those are met that answer, and with which there is no link', () => {
      const pods = WELL.map((member, pod) => (pod === 2 ? undefined : member));
      const list = without(others, 4).map((member) => (member.id === id(3) ? (WELL[3] as Member) : member));
      expect(round(4, { pods, others: list })).toEqual([0, 1, 5].map((pod) => `here cluster meet 10.1.0.${pod} 6379`));
    });

    test('addresses may be those of IPv6', () => {
      const pods = WELL.map((member, pod) => ({ ...member, ip: `fd00::${pod}` }));
      expect(round(4, { pods, others: without(others, 4) })).toContain('here cluster meet fd00::2 6379');
    });

    test('a pod with an empty volume is met too', () => {
      const pods = WELL.map((member, pod) => (pod === 2 ? fresh(2) : member));
      const slots = PODS.map((pod) => (pod === 2 ? 0 : 16384));
      const list = without(WELL, 4).map((member) => (member.id === id(2) ? { ...member, flags: 'master,fail' } : member));
      expect(round(4, { pods, others: list, slots })).toEqual(['here cluster meet 10.1.0.2 6379']);
    });
  });

  describe('a replica', () => {
    test('goes to where its master is now', () => {
      expect(round(3, { pods: WELL, others: without(WELL, 3), masterHost: '10.9.9.9' })).toEqual([`here cluster replicate ${id(0)}`]);
    });

    test('stays where it is while its master does not answer', () => {
      const pods = WELL.map((member, pod) => (pod === 0 ? undefined : member));
      expect(round(3, { pods, others: without(WELL, 3), masterHost: '10.9.9.9' })).toEqual([]);
    });

    test('meets its master first: Redis would follow to the address that it knows', () => {
      const others = without(WELL, 3).map((member) => (member.id === id(0) ? { ...member, ip: '10.9.9.9' } : member));
      expect(round(3, { pods: WELL, others, masterHost: '10.9.9.9' })).toEqual(['here cluster meet 10.1.0.0 6379']);
    });
  });
});
