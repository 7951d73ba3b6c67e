#!/bin/sh
# Creates the Secrets of $SPEC that are absent and leaves the others alone: the RBAC verb create on secrets is enough.
# $SPEC: a line for each key, "secret-name key template", the lines of a secret together. In a template {random}
# stands for 40 fresh letters and digits, {fernet} for a fresh Fernet key (32 bytes in url-safe base64), {key} for the
# value of an earlier key of the same secret.
# Environment: SPEC, PART_OF; NS, API, CA, TOKEN_FILE (the ServiceAccount's own), TMPDIR (/tmp).
set -eu
umask 077
account=/var/run/secrets/kubernetes.io/serviceaccount
url=${API:-https://kubernetes.default.svc}/api/v1/namespaces/${NS:-$(cat $account/namespace)}/secrets
tab=$(printf '\t') # between what is remembered: no value has one, because JSON has none
# No secret value, nor the token, is ever an argument or printed. printf is the shell's own here.
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT
token=$(cat "${TOKEN_FILE:-$account/token}")
printf 'Authorization: Bearer %s\nContent-Type: application/json\n' "$token" >"$headers"
fail() { echo "bootstrap: $1" >&2 && exit 1; }
fill() { # template $1, its references replaced -> $filled
  filled='' rest=$1
  while case $rest in *'{'*'}'*) ;; *) false ;; esac do
    filled=$filled${rest%%'{'*}
    rest=${rest#*'{'}
    ref=${rest%%'}'*}
    case $ref in '' | *[!A-Za-z0-9._-]*) filled="$filled{" && continue ;; esac # a brace, not a reference
    random=$(head -c 1024 /dev/urandom | LC_ALL=C tr -dc A-Za-z0-9 | head -c 40)
    fernet=$(head -c 32 /dev/urandom | base64 | tr +/ -_)
    [ "${#random} ${#fernet}" = '40 44' ] || fail 'too few random bytes'
    known=${tab}random=$random${tab}fernet=$fernet$seen
    value=${known#*"$tab$ref="}
    [ "$value" != "$known" ] || fail "secret/$secret: {$ref} is no earlier key"
    filled=$filled${value%%"$tab"*}
    rest=${rest#*'}'}
  done
  filled=$filled$rest
}
create() { # posts $secret with the keys that were gathered in $data
  labels='"app.kubernetes.io/managed-by":"cdk8s-ai-agent-bootstrap","app.kubernetes.io/part-of":"'${PART_OF:?}'"'
  # The answer has the values in it, so only the code comes through; -o /dev/null would make a retry fail.
  code=$(printf '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"%s","labels":{%s}},"stringData":{%s}}' \
    "$secret" "$labels" "$data" | curl -sS --cacert "${CA:-$account/ca.crt}" -H "@$headers" --data-binary @- \
    --retry 5 --retry-connrefused --connect-timeout 10 --max-time 30 -w '\n%{http_code}' "$url" | tail -n 1)
  case $code in
    201) echo "secret/$secret created" ;;
    409) echo "secret/$secret exists, left alone" ;;
    *) echo "secret/$secret: HTTP $code from $url" >&2 && failed=1 ;;
  esac
}
secret='' names='' failed=0
while read -r name key template || [ -n "$name" ]; do
  case $name in '' | '#'*) continue ;; esac
  if [ "$name" != "$secret" ]; then
    case " $names" in *" $name "*) fail "the lines of secret/$name are not together" ;; esac
    if [ -n "$secret" ]; then create; fi
    secret=$name names="$names$name " seen=$tab data=
  fi
  fill "$template"
  seen=$seen$key=$filled$tab
  data=$data${data:+,}\"$key\":\"$(printf '%s' "$filled" | sed 's/[\\"]/\\&/g')\"
done <"${SPEC:?}"
[ -n "$secret" ] || fail "no secret in $SPEC"
create
exit "$failed"
