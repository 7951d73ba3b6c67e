import { backupSandbox, backupScript, goodCopies, writeDump } from '../support/backup-tools';
import { type Outcome, type Sandbox, withEveryShell } from '../support/sh';

const script = backupScript('publish');
const stamp = '20261122T020000Z';
const now = String(Date.UTC(2026, 10, 22, 2) / 1000);
/** The stamp of some days before. */
const daysAgo = (days: number): string => new Date(Date.UTC(2026, 10, 22, 2) - days * 86_400_000).toISOString().replace(/[-:]|\.\d+/g, '');

withEveryShell((sandbox) => {
  /** A dump to publish, and a destination with good copies of these stamps. */
  const prepared = (stamps: string[] = [], destination = 'backups/postgres'): Sandbox => {
    const place = backupSandbox(sandbox());
    writeDump(place, 'work', { 'database.dump': 'dump', 'globals.sql': 'roles' });
    for (const name of stamps) writeDump(place, `${destination}/${name}`, { 'database.dump': name, 'globals.sql': '' });
    place.folder(destination);
    return place;
  };
  const publish = (place: Sandbox, env: Record<string, string> = {}): Outcome =>
    place.run(script, { DESTINATION: place.at('backups/postgres'), NOW: now, RETENTION_DAYS: '7', ...env });
  const published = (place: Sandbox) => place.list('backups/postgres');

  test('dump, verify, publish by rename, prune: in this order', () => {
    const old = [8, 9, 10, 11].map(daysAgo);
    const place = prepared(old);
    expect(place.run(backupScript('dump-postgres')).status).toBe(0);
    expect(publish(place)).toMatchObject({ status: 0, stderr: '' });
    expect(place.calls().map((call) => call.replaceAll('backups/postgres/', ''))).toEqual([
      'pg_dump --format=custom --no-password --file=database.dump.part',
      'pg_restore --list database.dump.part',
      'pg_restore --file=/dev/null database.dump.part',
      'pg_dumpall --globals-only --no-role-passwords --no-password --file=globals.sql',
      `rclone copy work .partial-${stamp} --exclude /SHA256SUMS`,
      `rclone check work .partial-${stamp} --exclude /SHA256SUMS --one-way`,
      'rclone lsf --dirs-only backups/postgres',
      `rclone moveto .partial-${stamp} ${stamp}`,
      `rclone copyto work/SHA256SUMS ${stamp}/SHA256SUMS`,
      'rclone lsf -R --files-only --include /*/SHA256SUMS backups/postgres',
      ...[daysAgo(11), daysAgo(10)].flatMap((name) => [`rclone deletefile ${name}/SHA256SUMS`, `rclone purge ${name}`]),
    ]);
    expect(goodCopies(place, 'backups/postgres')).toEqual({ [daysAgo(9)]: true, [daysAgo(8)]: true, [stamp]: true });
  });

  test.each([
    ['is not complete', (place: Sandbox) => place.run(place.write('rm.sh', 'rm "$WORK/SHA256SUMS"'))],
    ['has an empty list', (place: Sandbox) => place.write('work/SHA256SUMS', '')],
    ['was changed', (place: Sandbox) => place.write('work/database.dump', 'dumq')],
  ])('a dump that %s is not published, and nothing is removed', (_, spoil) => {
    const place = prepared([8, 9, 10, 11].map(daysAgo));
    spoil(place);
    const done = publish(place);
    expect(done.status).toBe(1);
    expect(done.stderr).toContain('nothing is published, nothing is removed');
    expect(place.calls()).toEqual([]);
  });

  test.each<Record<string, string>>([
    { FAIL: 'rclone copy ' },
    { FAIL: 'rclone check' },
    { CORRUPT: 'yes' },
    { FAIL: 'rclone lsf --dirs-only' },
    { FAIL: 'rclone moveto' },
  ])('%p: nothing is published, nothing is removed, no rest stays', (env) => {
    const old = [8, 9, 10, 11].map(daysAgo);
    const place = prepared(old);
    expect(publish(place, env).status).not.toBe(0);
    expect(published(place)).toEqual([...old].sort());
    if (env.FAIL) expect(place.calls().slice(-2)).toEqual([expect.stringContaining(env.FAIL), expect.stringContaining('purge')]);
  });

  test.each([{ FAIL: 'rclone copyto' }, { FAIL: 'rclone lsf -R' }])('%p: nothing is removed', (env) => {
    const old = [8, 9, 10, 11].map(daysAgo);
    const place = prepared(old);
    expect(publish(place, env).status).not.toBe(0);
    expect(published(place)).toEqual([...old, stamp].sort());
    expect(place.calls().at(-1)).toContain(env.FAIL);
  });

  test('a removal that fails is told, after publishing', () => {
    const place = prepared([8, 9, 10, 11].map(daysAgo));
    expect(publish(place, { FAIL: 'rclone purge' }).status).not.toBe(0);
    expect(Object.keys(goodCopies(place, 'backups/postgres'))).toContain(stamp);
  });

  test('a listing without what was just published is not believed', () => {
    const place = prepared([2, 3, 4].map(daysAgo));
    const listing = "printf '%s\\n' 20200101T000000Z/SHA256SUMS";
    place.fake('rclone', `case $1 in lsf) case $* in *-R*) ${listing} ;; *) ls -1p "$3" ;; esac ;; esac`);
    expect(publish(place).stderr).toContain('is not listed: nothing is removed');
    expect(place.calls().filter((call) => /purge|delete/.test(call))).toEqual([]);
  });

  test('what is older than seven days goes, what is not stays', () => {
    const place = prepared([1, 2, 6, 7, 7 + 1 / 86_400, 8, 400].map(daysAgo));
    expect(publish(place).status).toBe(0);
    expect(published(place)).toEqual([...[7, 6, 2, 1].map(daysAgo), stamp]);
    expect(publish(place, { RETENTION_DAYS: '2', STAMP: daysAgo(0.5) }).status).toBe(0);
    expect(published(place)).toEqual([...[2, 1, 0.5].map(daysAgo), stamp]);
  });

  test('fewer than three good copies never stay, and an unfinished one is none of them', () => {
    const place = prepared([30, 40, 50].map(daysAgo));
    for (const days of [0.1, 0.2, 0.3]) place.write(`backups/postgres/${daysAgo(days)}/database.dump`, 'unfinished');
    expect(publish(place).status).toBe(0);
    expect(Object.keys(goodCopies(place, 'backups/postgres'))).toEqual([...[40, 30].map(daysAgo), stamp]);
    expect(publish(place, { KEEP_AT_LEAST: '5', STAMP: daysAgo(0.5) }).status).toBe(0);
    expect(Object.keys(goodCopies(place, 'backups/postgres'))).toHaveLength(4);
  });

  test('a name that is no stamp is never touched', () => {
    const others = ['2020', 'x20200101T000000Z', '20200101T000000Z.bak', '.partial-mine', 'a 20200101T000000Z'];
    const place = prepared(['20200101T000000Z', ...others, ...[1, 2, 3].map(daysAgo)]);
    expect(publish(place).status).toBe(0);
    expect(published(place)).toEqual([...others, ...[1, 2, 3].map(daysAgo), stamp].sort());
  });

  test('what an interrupted run left goes after a day', () => {
    const place = prepared([1, 2, 3].map(daysAgo));
    for (const name of [`.partial-${daysAgo(1.1)}`, `.partial-${daysAgo(0.9)}`, daysAgo(1.2), daysAgo(0.8)])
      place.write(`backups/postgres/${name}/database.dump`, 'unfinished');
    expect(publish(place).status).toBe(0);
    expect(published(place)).toEqual([`.partial-${daysAgo(0.9)}`, ...[3, 2, 1, 0.8].map(daysAgo), stamp]);
  });

  describe.each(['backups/postgres', 's3:bucket/postgres'])('a kill, at %s', (destination) => {
    const folder = destination.replace('s3:', 'buckets/');
    const steps = ['copy ', 'check', 'lsf', 'moveto', 'copyto', 'deletefile', 'purge'];
    test.each(steps)('in the middle of %s leaves no copy that looks good and is not', (step) => {
      const old = [8, 9, 10, 11].map(daysAgo);
      const place = prepared(old, folder);
      const env = { DESTINATION: folder === destination ? place.at(destination) : destination, KILL: `rclone ${step}` };
      expect(publish(place, env).status).not.toBe(0);
      const left = goodCopies(place, folder);
      expect(Object.values(left)).not.toContain(false);
      const safe = ['deletefile', 'purge'].includes(step) ? [daysAgo(9), daysAgo(8), stamp] : old;
      expect(Object.keys(left)).toEqual(expect.arrayContaining(safe));
      expect(Object.keys(left).includes(stamp)).toBe(safe.includes(stamp));
      // and the next run is not hindered
      expect(publish(place, { ...env, KILL: '', STAMP: daysAgo(-1), NOW: String(Number(now) + 2 * 86_400) }).status).toBe(0);
      expect(Object.values(goodCopies(place, folder))).toEqual([true, true, true]);
    });
  });

  test('one stamp is published once', () => {
    const place = prepared([daysAgo(0)]);
    const done = publish(place);
    expect(done.status).toBe(1);
    expect(done.stderr).toContain(`${stamp} exists`);
    expect(place.read(`backups/postgres/${stamp}/database.dump`)).toBe(stamp);
  });

  test('a retention that is no number stops it before anything is done', () => {
    const place = prepared();
    expect(publish(place, { RETENTION_DAYS: '7d' }).status).not.toBe(0);
    expect(place.calls()).toEqual([]);
  });

  test('without a given time the stamp is the clock’s, in UTC', () => {
    const place = prepared();
    const start = Date.now();
    expect(publish(place, { NOW: '', TZ: 'Asia/Tokyo' }).status).toBe(0);
    const [name = ''] = published(place);
    const at = Date.parse(name.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
    expect(Math.abs(at - start)).toBeLessThan(60_000);
  });
});
