import { withEveryShell } from '../support/sh';
import { fresh, id, type Member, PODS, rounds, SLOTS, WELL, without } from './redis-keeper-support';

withEveryShell((sandbox) => {
  const round = rounds(sandbox);

  describe('an empty volume', () => {
    /** The pod came back with a new identity, and everybody knows it. */
    const replaced = (pod: number, rest: readonly Member[], ghost?: Partial<Member>) => ({
      pods: rest.map((member, index) => (index === pod ? fresh(pod) : member)),
      others: [
        ...without(rest, 0, pod),
        fresh(pod),
        ...(ghost ? [{ ...(WELL[pod] as Member), flags: 'slave,fail', link: 'disconnected', ...ghost }] : []),
      ],
    });

    test('makes a replica of the master that has none', () => {
      expect(round(0, replaced(4, WELL))).toEqual([`redis-4 cluster replicate ${id(1)}`]);
    });

    test('is the business of the first pod alone', () => {
      const ghost = { ...(WELL[4] as Member), flags: 'slave,fail', link: 'disconnected' };
      const others = [...without(WELL, 1, 4), fresh(4), ghost];
      expect(round(1, { ...replaced(4, WELL), others })).toEqual([]);
    });

    test('of a master makes a replica of the one that took over', () => {
      const promoted = WELL.map((member, pod) => (pod === 4 ? { ...member, flags: 'master', slots: SLOTS[1] } : member));
      expect(round(0, replaced(1, promoted))).toEqual([`redis-1 cluster replicate ${id(4)}`]);
    });

    test('leaves a member that is forgotten, by all', () => {
      expect(round(0, replaced(4, WELL, {})).slice(0, 6)).toEqual(PODS.map((pod) => `redis-${pod} cluster forget ${id(4)}`));
    });

    test.each(['master,fail', 'master,noaddr'])('leaves a %s whose slots its replica takes over', (flags) => {
      const ghost = { flags, slots: SLOTS[1] };
      expect(round(0, replaced(1, WELL, ghost))[0]).toBe('redis-4 cluster failover force');
    });

    test('of the first pod forgets nobody whose slots only others know of', () => {
      // the first pod lost its own volume, and with it what it knew; its replica is lost too
      const pods = WELL.map((member, pod) => (pod === 0 || pod === 3 ? fresh(pod) : member));
      const ghost = { ...(WELL[0] as Member), flags: 'master,fail', link: 'disconnected' };
      const others = [...without(pods, 0), { ...ghost, slots: undefined }];
      const calls = round(0, { pods, others, theirs: [ghost] });
      expect(calls.filter((call) => /forget|failover/.test(call))).toEqual([]);
      expect(round(0, { pods, others }).filter((call) => call.includes('forget'))).toHaveLength(6);
    });

    test('of the first pod lets the replica take over that only others know of', () => {
      const pods = WELL.map((member, pod) => (pod === 0 ? fresh(0) : member));
      const ghost = { ...(WELL[0] as Member), flags: 'master,fail', link: 'disconnected' };
      const others = [...without(pods, 0), { ...ghost, slots: undefined }];
      expect(round(0, { pods, others, theirs: [ghost] })[0]).toBe('redis-3 cluster failover force');
    });

    test('leaves nobody to take over where the replica is lost too: that is for a person', () => {
      const pods = WELL.map((member, pod) => (pod === 1 || pod === 4 ? fresh(pod) : member));
      const ghost = { ...(WELL[1] as Member), flags: 'master,fail', link: 'disconnected' };
      const calls = round(0, { pods, others: [...without(pods, 0), ghost] });
      expect(calls.filter((call) => /forget|failover/.test(call))).toEqual([]);
    });

    test.each(['slave,fail?', 'slave'])('%s is not forgotten', (flags) => {
      const calls = round(0, replaced(4, WELL, { flags }));
      expect(calls.filter((call) => call.includes('forget'))).toEqual([]);
    });

    test('nobody is forgotten while two names lead to one pod: the other may be that one', () => {
      const { pods, others } = replaced(4, WELL, {});
      const there = pods.map((member, pod) => (pod === 2 ? pods[1] : member));
      expect(round(0, { pods: there, others }).filter((call) => call.includes('forget'))).toEqual([]);
    });

    test('nobody is forgotten while a pod does not answer: it may be that one', () => {
      const { pods, others } = replaced(4, WELL, {});
      const there = pods.map((member, pod) => (pod === 2 ? undefined : member));
      expect(round(0, { pods: there, others }).filter((call) => call.includes('forget'))).toEqual([]);
    });
  });
});
