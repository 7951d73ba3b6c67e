import { existsSync } from 'node:fs';
import { backupSandbox, backupScript, isComplete, password } from '../support/backup-tools';
import { type Sandbox, withEveryShell } from '../support/sh';

const work = (place: Sandbox) => place.list('work');

withEveryShell((sandbox, { ownFirst }) => {
  describe('dump-postgres', () => {
    const dump = backupScript('dump-postgres');

    test('dumps, reads the dump back, and only then gives it its name', () => {
      const place = backupSandbox(sandbox());
      place.write('work/SHA256SUMS', 'of an earlier attempt');
      place.write('work/extra', 'of an earlier attempt');
      const done = place.run(dump);
      expect(done).toMatchObject({ status: 0, stdout: 'dump-postgres: app on postgres: 1 entries\n', stderr: '' });
      const calls = place.calls();
      expect(calls).toEqual([
        'pg_dump --format=custom --no-password --file=database.dump.part',
        'pg_restore --list database.dump.part',
        'pg_restore --file=/dev/null database.dump.part',
        'pg_dumpall --globals-only --no-role-passwords --no-password --file=globals.sql',
      ]);
      expect(work(place)).toEqual(['SHA256SUMS', 'database.dump', 'database.toc', 'globals.sql']);
      expect(isComplete(place, 'work')).toBe(true);
      expect(JSON.stringify([done, calls])).not.toContain(password);
    });

    test.each(['pg_dump ', 'pg_restore --list', 'pg_restore --file', 'pg_dumpall'])('%s fails: no dump', (FAIL) => {
      const place = backupSandbox(sandbox());
      place.write('work/SHA256SUMS', 'of an earlier attempt');
      expect(place.run(dump, { FAIL }).status).not.toBe(0);
      expect(work(place)).not.toContain('SHA256SUMS');
      expect(work(place)).not.toContain('database.dump');
      expect(place.calls().at(-1)).toContain(FAIL);
    });

    test('a dump without entries is refused', () => {
      const place = backupSandbox(sandbox());
      const done = place.run(dump, { TOC: '; nothing' });
      expect(done.status).toBe(1);
      expect(done.stderr).toContain('the dump of app on postgres has no entries');
      expect(work(place)).not.toContain('SHA256SUMS');
    });
  });

  describe('dump-redis', () => {
    const dump = backupScript('dump-redis');
    const cluster = { REDIS_HOSTS: 'redis-0 redis-1 redis-2 redis-3', MASTERS: 'redis-0 redis-3', SHARDS: '2' };

    test('one server: one file', () => {
      const place = backupSandbox(sandbox());
      const done = place.run(dump);
      expect(done).toMatchObject({ status: 0, stdout: 'dump-redis: 1 of 1 shards\n', stderr: '' });
      const calls = place.calls();
      expect(calls).toEqual([
        'redis-cli -h redis -p 6379 role',
        'redis-cli -h redis -p 6379 --rdb redis.rdb.part',
        'redis-check-rdb redis.rdb.part',
        'redis-cli -h redis -p 6379 cluster info',
      ]);
      expect(work(place)).toEqual(['SHA256SUMS', 'redis.rdb']);
      expect(isComplete(place, 'work')).toBe(true);
      expect(JSON.stringify([done, calls])).not.toContain(password);
    });

    test('a cluster: one file for each master, none for a replica', () => {
      const place = backupSandbox(sandbox());
      expect(place.run(dump, cluster)).toMatchObject({ status: 0, stdout: 'dump-redis: 2 of 2 shards\n' });
      expect(work(place)).toEqual(['SHA256SUMS', 'redis-0.rdb', 'redis-3.rdb']);
    });

    test('a shard whose master was not met is noticed', () => {
      const place = backupSandbox(sandbox());
      const done = place.run(dump, { ...cluster, MASTERS: 'redis-3' });
      expect(done.status).toBe(1);
      expect(done.stderr).toContain('1 masters among "redis-0 redis-1 redis-2 redis-3", 2 expected');
      expect(work(place)).not.toContain('SHA256SUMS');
    });

    test('a server that does not say its role fails the dump', () => {
      const place = backupSandbox(sandbox());
      const done = place.run(dump, { EXPECTED: 'another' });
      expect(done.status).toBe(1);
      expect(done.stderr).toContain('redis does not say its role: NOAUTH');
      expect(done.stderr).not.toContain(password);
    });

    test.each(['redis-cli -h redis -p 6379 role', 'redis-cli -h redis -p 6379 --rdb', 'redis-check-rdb'])('%s fails: no dump', (FAIL) => {
      const place = backupSandbox(sandbox());
      place.write('work/SHA256SUMS', 'of an earlier attempt');
      expect(place.run(dump, { FAIL }).status).not.toBe(0);
      expect(work(place).filter((name) => !name.endsWith('.part'))).toEqual([]);
    });
  });

  // a stand-in for tar or sleep is not heard where the shell's own come first
  (ownFirst ? describe.skip : describe)('dump-files', () => {
    const dump = backupScript('dump-files');
    /** A volume, and a tar that runs `change` in it at each call, before the real one. */
    const volume = (change = ':'): Sandbox => {
      const place = backupSandbox(sandbox());
      place.write('source/chroma.sqlite3', 'rows');
      place.write('source/.hidden', 'dot');
      place.write('source/a b/index.bin', 'vectors');
      place.write('source/a b/lost+found/mine', 'kept');
      place.write('source/lost+found/inode', 'the file system’s own');
      place.fake('tar', `(cd "$SOURCE" && ${change}); PATH=$REAL_PATH exec tar "$@"`);
      place.env.SOURCE = place.at('source');
      place.env.PAUSE = '0';
      return place;
    };
    const noSleep = (place: Sandbox): Sandbox => {
      place.fake('sleep', ':');
      return place;
    };
    const live = { QUIESCENT: 'true', ATTEMPTS: '3' };

    test('packs everything but lost+found and reads it back', () => {
      const place = volume();
      const done = place.run(dump);
      expect(done).toMatchObject({ status: 0, stderr: '', stdout: `dump-files: ${place.at('source')}, attempt 1\n` });
      expect(place.calls().at(-1)).toBe('tar -tzf files.tar.gz.part');
      expect(work(place)).toEqual(['SHA256SUMS', 'files.tar.gz']);
      expect(place.read('work/SHA256SUMS')).toMatch(/^[0-9a-f]{64} {2}files\.tar\.gz\n$/);
      const listed = place.run(place.write('list.sh', 'tar -tzf work/files.tar.gz | sort'));
      const names = listed.stdout.split('\n').filter((name) => name && !name.endsWith('/'));
      expect(names).toEqual(['./.hidden', './a b/index.bin', './a b/lost+found/mine', './chroma.sqlite3']);
    });

    test('a copy that was written under is torn: taken again', () => {
      const place = noSleep(volume('[ -e ../once ] || { touch ../once; echo more >>chroma.sqlite3; }'));
      const done = place.run(dump, { ...live, PAUSE: '7' });
      expect(done).toMatchObject({ status: 0, stdout: `dump-files: ${place.at('source')}, attempt 2\n` });
      expect(done.stderr).toContain('changed during attempt 1 of 3');
      const calls = place.calls().map((call) => call.slice(0, 7));
      expect(calls).toEqual(['sleep 2', 'tar -C ', 'sleep 7', 'sleep 2', 'tar -C ', 'tar -tz']);
    });

    test.each([
      ['a file that grows', 'echo more >>chroma.sqlite3'],
      ['a new file', 'mktemp ./XXXXXX'],
      ['a removed file', 'find . -name "*.bin" -exec rm {} + && touch "a b/$(date +%N)-$$.bin"'],
      ['an open transaction', 'touch chroma.sqlite3-journal'],
      ['a log with pages in it', 'echo page >chroma.sqlite3-wal'],
    ])('%s at every attempt: refused', (_, change) => {
      const place = noSleep(volume(change));
      const done = place.run(dump, live);
      expect(done.status).toBe(1);
      expect(done.stderr).toContain('no copy of');
      expect(place.calls().filter((call) => call.startsWith('tar -C'))).toHaveLength(3);
      expect(work(place)).not.toContain('SHA256SUMS');
      // what nobody asked to be quiet is packed as it is
      expect(noSleep(place).run(dump).status).toBe(0);
    });

    test('a change that leaves the size as it was, in the same second, shows too', () => {
      const place = volume('printf rowz >chroma.sqlite3');
      expect(place.run(dump, { ...live, ATTEMPTS: '1' }).status).toBe(1);
    });

    test('an archive that cannot be read back is refused', () => {
      const place = volume();
      place.fake('tar', 'case $* in *-czf*) echo garbage >files.tar.gz.part ;; esac');
      expect(place.run(dump).status).not.toBe(0);
      place.fake('tar', 'case $* in *-czf*) echo garbage | gzip >files.tar.gz.part ;; *) exit 1 ;; esac');
      expect(place.run(dump).status).not.toBe(0);
      expect(existsSync(place.at('work/SHA256SUMS'))).toBe(false);
    });

    test('half a restore is not backed up', () => {
      const place = volume();
      place.folder('source/.restore-partial');
      const done = place.run(dump);
      expect(done.status).toBe(1);
      expect(done.stderr).toContain('was interrupted');
    });
  });
});
