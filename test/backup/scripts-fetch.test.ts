import { backupSandbox, backupScript, writeDump } from '../support/backup-tools';
import { type Sandbox, withEveryShell } from '../support/sh';

const [older, old, newest] = ['20261119T020000Z', '20261120T020000Z', '20261121T020000Z'] as const;

withEveryShell((sandbox) => {
  const fetch = backupScript('fetch');
  /** Two good copies, an unfinished and a foreign one that are newer, and what an attempt before this one left. */
  const prepared = (): Sandbox => {
    const place = backupSandbox(sandbox());
    for (const stamp of [old, newest]) writeDump(place, `backups/${stamp}`, { 'database.dump': stamp });
    place.write('backups/20261122T020000Z/database.dump', 'unfinished');
    for (const name of ['.partial-20261122T020000Z', 'zzz']) writeDump(place, `backups/${name}`, { 'database.dump': '' });
    writeDump(place, 'work', { 'left.rdb': 'of an earlier attempt' });
    place.env.DESTINATION = place.at('backups');
    return place;
  };

  test('brings the newest good copy, and says which', () => {
    const place = prepared();
    const done = place.run(fetch);
    expect(done).toMatchObject({ status: 0, stderr: '' });
    expect(done.stdout).toMatch(new RegExp(`^fetch: .*/backups/${newest}$`, 'm'));
    expect(place.list('work')).toEqual(['SHA256SUMS', 'database.dump']);
    expect(place.read('work/database.dump')).toBe(newest);
    expect(place.calls().at(-1)).toBe(`rclone copyto backups/${newest}/SHA256SUMS work/SHA256SUMS`);
  });

  test('brings the one that is named', () => {
    const place = prepared();
    expect(place.run(fetch, { BACKUP: old }).status).toBe(0);
    expect(place.read('work/database.dump')).toBe(old);
  });

  test.each([older, '20261122T020000Z', '.*', 'zzz'])('%s is no good copy: lists those there are', (BACKUP) => {
    const place = prepared();
    const done = place.run(fetch, { BACKUP });
    expect(done.status).toBe(1);
    expect(done.stderr).toContain(`no good backup ${BACKUP} in`);
    expect(done.stderr).toMatch(new RegExp(`\n${newest}\n${old}\n$`));
    expect(place.calls()).toHaveLength(1);
  });

  test('says so when there is none', () => {
    const place = prepared();
    const done = place.run(fetch, { DESTINATION: place.folder('empty') });
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/no good backup in .*\n\(none\)\n$/s);
  });

  test.each([
    ['damaged', (place: Sandbox) => place.write(`backups/${newest}/database.dump`, 'rot'), {}],
    ['cut on the way', () => {}, { CORRUPT: 'yes' }],
  ])('a copy that is %s is refused, and cannot be restored', (_, spoil, env) => {
    const place = prepared();
    spoil(place);
    const done = place.run(fetch, env);
    expect(done.status).toBe(1);
    expect(done.stderr).toContain('is damaged. Choose another');
    expect(place.list('work')).not.toContain('SHA256SUMS');
    expect(place.run(backupScript('restore-postgres'), { CONFIRM: 'yes' }).status).not.toBe(0);
    expect(place.calls().filter((call) => !call.startsWith('rclone'))).toEqual([]);
  });

  test('a failing copy leaves nothing to restore', () => {
    const place = prepared();
    expect(place.run(fetch, { FAIL: 'rclone copy ' }).status).not.toBe(0);
    expect(place.list('work')).not.toContain('SHA256SUMS');
    expect(place.calls().at(-1)).toContain('rclone copy ');
  });
});
