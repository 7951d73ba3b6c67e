import { type Case, type Cases, NAMESPACE, type Series, series, twice } from './case';

/** A hundred bytes of memory are the quota. */
const quota = (used: string, hard = '100x30'): Series =>
  Object.entries({ used, hard }).flatMap(([type, values]) =>
    twice('kube_resourcequota', { resourcequota: 'platform', resource: 'requests.memory', type }, values),
  );

const HOUR = 3600;
/** A certificate of ninety hours whose renewal is due after sixty (days would take promtool minutes), as seen by those who honor its namespace and by those who do not. */
const certificate = (labels: Readonly<Record<string, string>>, renewal = 60 * HOUR): Series =>
  Object.entries({ expiration: 90 * HOUR, renewal }).map(([what, time]) => {
    const metric = `certmanager_certificate_${what}_timestamp_seconds`;
    return series(metric, { name: 'edge-tls', issuer_name: 'letsencrypt', ...labels }, `${time}x1200`);
  });
const exported = certificate({ namespace: 'cert-manager', exported_namespace: NAMESPACE });
const late: Case['fires'] = [
  {
    labels: { namespace: NAMESPACE, name: 'edge-tls' },
    description: 'ai-agent-test/edge-tls should have been renewed, and half of the time until it expires is over.',
  },
];
// the times are those of the clock: it starts at 0
const HALF = 75;

/** Alerts on what has an end: a quota and a certificate. */
export const LIMITS: Readonly<Record<string, Cases>> = {
  ResourceQuotaNearlyFull: {
    severity: 'warning',
    summary: 'A quota is nearly used up.',
    cases: [
      {
        name: 'more than nine tenths for a quarter of an hour',
        series: quota('91x30'),
        at: '15m',
        fires: [
          {
            labels: { namespace: NAMESPACE, resourcequota: 'platform', resource: 'requests.memory' },
            description: 'ai-agent-test uses 91% of requests.memory in quota platform.',
          },
        ],
      },
      { name: 'for less than that', series: quota('91x30'), at: '14m' },
      { name: 'nine tenths exactly', series: quota('90x30'), at: '25m' },
      { name: 'what nobody may have at all', series: quota('0x30', '0x30'), at: '25m' },
    ],
  },

  CertificateExpiring: {
    severity: 'warning',
    summary: 'A certificate is not renewed and will expire.',
    cases: [
      { name: 'half of its last third is over', series: certificate({}), interval: '5m', at: `${HALF + 2}h`, fires: late },
      { name: 'under the label of who does not honor its namespace', series: exported, interval: '5m', at: `${HALF + 2}h`, fires: late },
      { name: 'it has expired', series: certificate({}), interval: '5m', at: '95h', fires: late },
      { name: 'the renewal is due, and has some time', series: [...certificate({}), ...exported], interval: '5m', at: `${HALF - 1}h` },
      { name: 'no renewal is known: it was never issued', series: certificate({}, 0), interval: '5m', at: `${HALF + 2}h` },
      { name: 'another certificate', series: certificate({ name: 'other' }), interval: '5m', at: `${HALF + 2}h` },
    ],
  },
};
