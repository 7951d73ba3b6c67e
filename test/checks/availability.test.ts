import { CONTAINER, JOB_CONTAINER, JOB_POD, type Platform, POD, testCases } from './cases';

const BUDGET = 'test/agent/agent/disruption-budget: PodDisruptionBudget agent:';
const AUTOSCALER = 'test/agent/agent/autoscaler: HorizontalPodAutoscaler agent:';
const AGENT = 'test/agent/agent/deployment: Deployment agent:';
const BACKUP = 'test/backup/db-backup/cron-job: CronJob db-backup:';

const minAvailable = (p: Platform, value: number | string): void => {
  p.set('PodDisruptionBudget', 'agent', 'spec.maxUnavailable', undefined);
  p.set('PodDisruptionBudget', 'agent', 'spec.minAvailable', value);
};

describe('disruption budgets', () =>
  testCases([
    [
      'none may go',
      (p) => p.set('PodDisruptionBudget', 'agent', 'spec.maxUnavailable', 0),
      `${BUDGET} maxUnavailable is 0, so that no node can be drained; let one go`,
    ],
    [
      'no share may go',
      (p) => p.set('PodDisruptionBudget', 'agent', 'spec.maxUnavailable', '0%'),
      `${BUDGET} maxUnavailable is 0%, so that no node can be drained; let one go`,
    ],
    [
      "as many must stay as the autoscaler's least",
      (p) => minAvailable(p, 2),
      `${BUDGET} minAvailable is 2 of 2, so that no node can be drained; let one go`,
    ],
    [
      'a share must stay that is all, rounded up',
      (p) => minAvailable(p, '51%'),
      `${BUDGET} minAvailable is 51% of 2, so that no node can be drained; let one go`,
    ],
    ['half may go', (p) => minAvailable(p, '50%')],
    ['one may go', (p) => minAvailable(p, 1)],
  ]));

describe('autoscalers', () =>
  testCases([
    [
      'the target has replicas',
      (p) => p.set('Deployment', 'agent', 'spec.replicas', 2),
      `${AGENT} has replicas, to which each apply sets back what HorizontalPodAutoscaler agent has scaled; remove them`,
    ],
    [
      'a container requests no CPU',
      (p) => p.set('Deployment', 'agent', `${CONTAINER}.resources.requests.cpu`, undefined),
      `${AUTOSCALER} scales by a share of cpu, and container agent requests none; add a request`,
    ],
    [
      'that is fine where no share is measured',
      (p) => {
        p.set('Deployment', 'agent', `${CONTAINER}.resources.requests.cpu`, undefined);
        p.set('HorizontalPodAutoscaler', 'agent', 'spec.metrics.0.resource.target', { type: 'AverageValue' });
      },
    ],
  ]));

describe('drain', () =>
  testCases([
    [
      'the grace period is shorter',
      (p) => p.set('Deployment', 'agent', `${POD}.terminationGracePeriodSeconds`, 69),
      `${AGENT} takes 10 s of preStop and 60 s of drain to end, and is killed after 69 s; raise terminationGracePeriodSeconds`,
    ],
    ['the grace period is as long', (p) => p.set('Deployment', 'agent', `${POD}.terminationGracePeriodSeconds`, 70)],
    [
      'a shell sleeps longer',
      (p) => {
        const command = ['sh', '-c', 'sleep 36; kill 1'];
        p.set('CronJob', 'db-backup', `${JOB_CONTAINER}.lifecycle`, { preStop: { exec: { command } } });
      },
      `${BACKUP} takes 36 s of preStop and 0 s of drain to end, and is killed after 35 s; raise terminationGracePeriodSeconds`,
    ],
    [
      'nothing is said of the grace period',
      (p) => {
        p.set('CronJob', 'db-backup', `${JOB_POD}.terminationGracePeriodSeconds`, undefined);
        p.set('CronJob', 'db-backup', `${JOB_CONTAINER}.lifecycle`, { preStop: { sleep: { seconds: 31 } } });
      },
      `${BACKUP} takes 31 s of preStop and 0 s of drain to end, and is killed after 30 s; raise terminationGracePeriodSeconds`,
    ],
  ]));
