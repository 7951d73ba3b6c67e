import { type Cases, NAMESPACE, type Series, series } from './case';

/** A volume of a thousand bytes, as the kubelet of a node tells. */
const volume = (name: string, available: string, node = 'n1', length = 1000): Series => [
  series('kubelet_volume_stats_available_bytes', { persistentvolumeclaim: name, node }, available),
  series('kubelet_volume_stats_capacity_bytes', { persistentvolumeclaim: name, node }, `1000x${length}`),
];

const labels = (name: string) => ({ namespace: NAMESPACE, persistentvolumeclaim: name });

export const VOLUMES: Readonly<Record<string, Cases>> = {
  VolumeFillingUp: {
    severity: 'warning',
    summary: 'A volume will be full within four days.',
    cases: [
      {
        // 0.03 a minute: 173 in four days
        name: 'less than 15 % are left and become less, for an hour; several nodes mount it',
        series: [...volume('data-postgres-0', '140-0.03x400'), ...volume('data-postgres-0', '140-0.03x400', 'n2')],
        at: '61m',
        fires: [
          {
            labels: labels('data-postgres-0'),
            description: 'ai-agent-test/data-postgres-0 has 13.82% left and is filling up.',
          },
        ],
      },
      { name: 'for less than an hour', series: volume('data-postgres-0', '140-0.03x400'), at: '60m' },
      { name: 'in more than four days', series: volume('data-postgres-0', '140-0.022x400'), at: '2h' },
      { name: 'more than 15 % are left', series: volume('data-postgres-0', '170-0.03x400'), at: '2h' },
      { name: 'it stays as it is', series: volume('data-postgres-0', '100x400'), at: '6h' },
    ],
  },

  VolumeAlmostFull: {
    severity: 'critical',
    summary: 'A volume is almost full.',
    cases: [
      {
        name: 'two percent are left for a minute',
        series: volume('data-postgres-0', '20x1000'),
        at: '1m',
        fires: [{ labels: labels('data-postgres-0'), description: 'ai-agent-test/data-postgres-0 has 2% left.' }],
      },
      {
        name: 'it was almost full when a backup last mounted it',
        series: volume('backup', '20x3 _x300', 'n1', 3),
        interval: '5m',
        at: '24h',
        fires: [{ labels: labels('backup'), description: 'ai-agent-test/backup has 2% left.' }],
      },
      { name: 'for less than a minute', series: volume('data-postgres-0', '20x1000'), at: '0m' },
      { name: 'three percent are left', series: volume('data-postgres-0', '30x1000'), at: '30m' },
      {
        name: 'it has moved to another node and been emptied since',
        series: [...volume('backup', '20x3 _x300', 'n1', 3), ...volume('backup', '_x100 900x200', 'n2')],
        interval: '5m',
        at: '12h',
      },
    ],
  },
};
