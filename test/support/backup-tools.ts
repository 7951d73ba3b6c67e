import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Sandbox } from './sh';

export const backupScript = (name: string) => join(__dirname, '../../lib/backup/scripts', `${name}.sh`);
export const password = 'Qx7-not-to-be-seen';

/** What the clients of PostgreSQL and Redis do, as far as the scripts see it. A wrong password fails. */
const clients: Record<string, string> = {
  pg_dump: `
    [ "$PGPASSWORD" = "$EXPECTED" ] || exit 2
    for a; do case $a in --file=*) echo "dump of $PGDATABASE" >"\${a#--file=}" ;; esac; done`,
  pg_dumpall: `
    [ "$PGPASSWORD" = "$EXPECTED" ] || exit 2
    for a; do case $a in --file=*) echo "CREATE ROLE app;" >"\${a#--file=}" ;; esac; done`,
  pg_restore: `
    case $1 in
      --list) printf '%s\\n' ';' '; Archive created' "\${TOC-215; 1259 16385 TABLE public t app}" ;;
      --clean) [ "$PGPASSWORD" = "$EXPECTED" ] || exit 2 ;;
    esac`,
  psql: `
    [ "$PGPASSWORD" = "$EXPECTED" ] || exit 2
    case $* in *pg_roles) echo "\${ROLES:-postgres}" ;; esac`,
  'redis-cli': `
    [ "$REDISCLI_AUTH" = "$EXPECTED" ] || { echo 'NOAUTH Authentication required.'; exit 0; }
    host=$2
    shift 4
    case $* in
      role) case " $MASTERS " in *" $host "*) printf 'master\\n3129659\\n' ;; *) printf 'slave\\nredis-0\\n' ;; esac ;;
      'cluster info')
        if [ -n "\${SHARDS:-}" ]; then printf 'cluster_state:ok\\r\\ncluster_size:%s\\r\\n' "$SHARDS"
        else echo 'ERR This instance has cluster support disabled'; fi ;;
      --rdb*) echo "REDIS0011 of $host" >"$2" ;;
    esac`,
  'redis-check-rdb': 'grep -q REDIS0011 "$1"',
};

/**
 * rclone on folders. What begins with s3: has no folders to rename or remove, only files one by one. A kill comes
 * after the first file, or before the only one; CORRUPT cuts the files that are copied.
 */
const rclone = `
  at() { case $1 in s3:*) path=$BUCKETS/\${1#s3:} ;; *) path=$1 ;; esac; }
  command=$1
  at "$2" && from=$path
  at "\${3:-}" && to=$path
  each() { # runs "$@ file" for every file below $from
    (cd "$from" && find . -type f | sort) >"$CALLS.files"
    while read -r file; do
      case "$call $file" in *'--exclude /SHA256SUMS '*./SHA256SUMS) continue ;; esac
      [ -d "$to/\${file%/*}" ] || mkdir -p "$to/\${file%/*}"
      "$@" || exit 1
      step
    done <"$CALLS.files"
  }
  copy() { cp "$from/$file" "$to/$file" && if [ -n "\${CORRUPT:-}" ]; then : >"$to/$file"; fi; }
  move() { mv "$from/$file" "$to/$file"; }
  same() { cmp -s "$from/$file" "$to/$file"; }
  drop() { rm "$from/$file"; }
  case $command in
    copy) each copy ;;
    check) each same ;;
    copyto) step; cp "$from" "$to" ;;
    deletefile) step; rm "$from" ;;
    purge) [ -d "$from" ] || exit 3; to=$from; each drop; rm -r "$from" ;;
    moveto)
      case $2 in
        s3:*) each move; rm -r "$from" ;;
        *) step; mv "$from" "$to" ;;
      esac ;;
    lsf)
      step
      for folder; do :; done
      at "$folder" && cd "$path" || exit 3
      case $call in
        *'--dirs-only '*) find . -mindepth 1 -maxdepth 1 -type d | sed 's|^./||; s|$|/|' | sort ;;
        *"-R --files-only --include /*/SHA256SUMS "*) find . -mindepth 2 -maxdepth 2 -name SHA256SUMS | sed 's|^./||' | sort ;;
        *) exit 4 ;;
      esac ;;
    *) exit 5 ;;
  esac`;

/** Makes a sandbox with every tool of a backup; $WORK is empty and the password is in a file. */
export function backupSandbox(sandbox: Sandbox): Sandbox {
  for (const [name, body] of Object.entries(clients)) sandbox.fake(name, body);
  sandbox.fake('rclone', rclone);
  Object.assign(sandbox.env, {
    WORK: sandbox.folder('work'),
    BUCKETS: sandbox.folder('buckets'),
    PASSWORD_FILE: sandbox.write('password', `${password}\n`),
    EXPECTED: password,
    ...{ PGHOST: 'postgres', PGUSER: 'app', PGDATABASE: 'app', REDIS_HOSTS: 'redis', MASTERS: 'redis' },
  });
  return sandbox;
}

export function sums(files: Record<string, string>): string {
  const line = ([name, text]: [string, string]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`;
  return Object.entries(files).map(line).join('');
}

/** Writes a folder with SHA256SUMS as a dump leaves it. */
export function writeDump(sandbox: Sandbox, folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries({ ...files, SHA256SUMS: sums(files) })) sandbox.write(join(folder, name), text);
}

/** Whether SHA256SUMS of a folder tells the truth about all other files there. */
export function isComplete(sandbox: Sandbox, folder: string): boolean {
  const files = sandbox.list(folder).filter((name) => name !== 'SHA256SUMS');
  const texts = Object.fromEntries(files.map((name) => [name, sandbox.read(join(folder, name))]));
  return files.length > 0 && sums(texts) === sandbox.read(join(folder, 'SHA256SUMS'));
}

/** The copies below a destination that look good, each with whether it is. */
export function goodCopies(sandbox: Sandbox, destination: string): Record<string, boolean> {
  const names = sandbox.list(destination).filter((name) => sandbox.list(join(destination, name)).includes('SHA256SUMS'));
  return Object.fromEntries(names.map((name) => [name, isComplete(sandbox, join(destination, name))]));
}
