import { symlinkSync } from 'node:fs';
import { backupSandbox, backupScript, password, writeDump } from '../support/backup-tools';
import { type Sandbox, withEveryShell } from '../support/sh';

withEveryShell((sandbox, { ownFirst }) => {
  describe('restore-postgres', () => {
    const restore = backupScript('restore-postgres');
    const prepared = (): Sandbox => {
      const place = backupSandbox(sandbox());
      writeDump(place, 'work', { 'database.dump': 'dump', 'globals.sql': 'CREATE ROLE app;\n' });
      return place;
    };

    test('roles first, then the database in one transaction', () => {
      const place = prepared();
      const done = place.run(restore, { CONFIRM: 'yes' });
      expect(done).toMatchObject({ status: 0, stderr: '' });
      const calls = place.calls();
      expect(calls).toEqual([
        'psql --no-psqlrc --quiet --no-password --tuples-only --no-align --command=SELECT quote_ident(rolname) FROM pg_roles',
        'psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=0 --file=roles.sql',
        'pg_restore --clean --if-exists --exit-on-error --single-transaction --no-password --dbname=app database.dump',
      ]);
      expect(JSON.stringify([done, calls])).not.toContain(password);
    });

    test('a role that exists keeps what it may do; one that is missing is made; settings and members come back', () => {
      const place = backupSandbox(sandbox());
      const globals = [
        ...['CREATE ROLE app;', 'ALTER ROLE app WITH SUPERUSER LOGIN;', 'CREATE ROLE "a b";', 'CREATE ROLE reader;'],
        ...[
          'ALTER ROLE reader WITH NOSUPERUSER LOGIN;',
          "ALTER ROLE app SET work_mem TO '8MB';",
          'GRANT reader TO app GRANTED BY postgres;',
        ],
      ];
      writeDump(place, 'work', { 'database.dump': 'dump', 'globals.sql': `${globals.join('\n')}\n` });
      expect(place.run(restore, { CONFIRM: 'yes', ROLES: 'postgres\napp' })).toMatchObject({ status: 0, stderr: '' });
      expect(place.read('work/roles.sql').split('\n')).toEqual([...globals.slice(2), '']);
    });

    test.each(['psql', 'pg_restore'])('a failing %s is not called restored', (FAIL) => {
      const done = prepared().run(restore, { CONFIRM: 'yes', FAIL });
      expect(done.status).not.toBe(0);
      expect(done.stdout).not.toContain('postgres restored');
    });
  });

  describe('restore-redis', () => {
    const restore = backupScript('restore-redis');
    const prepared = (): Sandbox => {
      const place = backupSandbox(sandbox());
      writeDump(place, 'work', { 'redis.rdb': 'REDIS0011 new' });
      place.write('data/appendonlydir/appendonly.aof.7.incr.aof', 'old');
      place.write('data/dump.rdb', 'old');
      place.write('data/nodes.conf', 'kept');
      place.write('data/.restore-partial/half', 'of an interrupted restore');
      Object.assign(place.env, { TARGET: place.at('data'), CONFIRM: 'yes' });
      return place;
    };

    test('the file becomes the base of a new append-only folder', () => {
      const place = prepared();
      expect(place.run(restore)).toMatchObject({ status: 0, stderr: '' });
      expect(place.list('data')).toEqual(['appendonlydir', 'dump.rdb', 'nodes.conf']);
      expect(place.list('data/appendonlydir')).toEqual(['appendonly.aof.1.base.rdb', 'appendonly.aof.manifest']);
      expect(place.read('data/appendonlydir/appendonly.aof.manifest')).toBe('file appendonly.aof.1.base.rdb seq 1 type b\n');
      for (const file of ['appendonlydir/appendonly.aof.1.base.rdb', 'dump.rdb']) expect(place.read(`data/${file}`)).toBe('REDIS0011 new');
    });

    test('a file that is no RDB leaves the old one', () => {
      const place = prepared();
      writeDump(place, 'work', { 'redis.rdb': 'garbage' });
      expect(place.run(restore).status).not.toBe(0);
      expect(place.list('data/appendonlydir')).toEqual(['appendonly.aof.7.incr.aof']);
      expect(place.read('data/dump.rdb')).toBe('old');
    });

    test('with a file for each shard one is to be chosen', () => {
      const place = prepared();
      writeDump(place, 'work', { 'redis-0.rdb': 'REDIS0011 of 0', 'redis-3.rdb': 'REDIS0011 of 3' });
      const done = place.run(restore);
      expect(done.status).toBe(1);
      expect(done.stderr).toMatch(/choose by RDB=<name>: redis-0.rdb redis-3.rdb/);
      expect(place.run(restore, { RDB: 'redis-3.rdb' }).status).toBe(0);
      expect(place.read('data/dump.rdb')).toBe('REDIS0011 of 3');
    });
  });

  describe('restore-files', () => {
    const restore = backupScript('restore-files');
    const names = ['.hidden', 'a b', 'link', 'lost+found'];
    const pack = 'tar -C source -czf work/files.tar.gz . && cd work && sha256sum files.tar.gz >SHA256SUMS';
    /** A volume with something else in it, and an archive. */
    const prepared = (): Sandbox => {
      const place = backupSandbox(sandbox());
      place.write('source/.hidden', 'dot');
      place.write('source/a b/index.bin', 'vectors');
      symlinkSync('nowhere', place.at('source/link'));
      expect(place.run(place.write('pack.sh', pack)).status).toBe(0);
      place.write('target/.old', 'old');
      place.write('target/a b/old', 'old');
      place.write('target/lost+found/inode', 'the file system’s own');
      Object.assign(place.env, { TARGET: place.at('target'), CONFIRM: 'yes' });
      return place;
    };

    test('what is in the volume is replaced by what is in the archive', () => {
      const place = prepared();
      expect(place.run(restore)).toMatchObject({ status: 0, stderr: '' });
      expect(place.list('target')).toEqual(names);
      expect(place.list('target/a b')).toEqual(['index.bin']);
      expect(place.list('target/lost+found')).toEqual(['inode']);
    });

    test('a failing unpacking leaves the old, shows, and is repaired by another run', () => {
      const place = prepared();
      writeDump(place, 'work', { 'files.tar.gz': 'garbage' });
      expect(place.run(restore).status).not.toBe(0);
      expect(place.list('target')).toEqual(['.old', '.restore-partial', 'a b', 'lost+found']);
      expect(place.run(place.at('pack.sh')).status).toBe(0);
      expect(place.run(restore).status).toBe(0);
      expect(place.list('target')).toEqual(names);
    });

    test('an interrupted swap shows, and is repaired by another run', () => {
      const place = prepared();
      place.fake('mv', 'PATH=$REAL_PATH mv "$@"; step');
      const done = place.run(restore, { KILL: 'mv' });
      if (!ownFirst) {
        expect(done.status).not.toBe(0);
        expect(place.list('target')).toHaveLength(3);
        expect(place.list('target')).toContain('.restore-partial');
      }
      expect(place.run(restore).status).toBe(0);
      expect(place.list('target')).toEqual(names);
    });
  });

  test.each(['postgres', 'redis', 'files'])('restore-%s does nothing without CONFIRM=yes, or with a damaged dump', (kind) => {
    const place = backupSandbox(sandbox());
    writeDump(place, 'work', { 'redis.rdb': 'REDIS0011', 'database.dump': '', 'files.tar.gz': '' });
    place.write('volume/old', 'old');
    const env = { TARGET: place.at('volume') };
    for (const CONFIRM of ['', 'no', 'true']) {
      const done = place.run(backupScript(`restore-${kind}`), { ...env, CONFIRM });
      expect(done.status).toBe(1);
      expect(done.stderr).toMatch(/replaces .*\n.* to zero, then run it again with CONFIRM=yes in the environment/);
    }
    place.write('work/redis.rdb', 'REDIS0011 changed');
    expect(place.run(backupScript(`restore-${kind}`), { ...env, CONFIRM: 'yes' }).status).not.toBe(0);
    expect(place.list('volume')).toEqual(['old']);
    expect(place.calls()).toEqual([]);
  });
});
