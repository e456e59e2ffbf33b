# What a process can see of the sandbox that it runs in, as sorted `key=value` lines on stdout, or in the file $1.
#
# The same script runs inside a real Nix build and inside ours, so it needs only bash and busybox, and it says nothing
# that depends on the machine (kernel, disks, numbers of host users). Nothing is left behind that it makes.
# Every value is one line: newlines are written \n, a backslash \\; the hash of a store path is written HASH.
# shellcheck shell=bash
output=${1:-}
shopt -u nullglob
set +e +u +o pipefail
facts=()

# First, before this script changes anything of it.
environment=()
while IFS= read -r -d '' entry; do environment+=("$entry"); done < "/proc/$$/environ"
fds=()
for fd in "/proc/$$/fd"/*; do
  # The glob itself had one open; it is gone now.
  if [[ -e "$fd" || -L "$fd" ]]; then fds+=("${fd##*/} $(readlink "$fd")"); fi
done
export LC_ALL=C

fact() {
  local value=$2
  value=${value//\\/\\\\}
  value=${value//$'\n'/\\n}
  facts+=("$1=$value")
}

# The reason that the shell gives for a failure: `…: /x: Permission denied` → `Permission denied`.
reason() {
  local text=$1
  if [[ -z "$text" ]]; then echo 'failed'; else echo "${text##*: }"; fi
}

# --- who ---
fact id.user "$(id -u) $(id -un 2>/dev/null)"
fact id.group "$(id -g) $(id -gn 2>/dev/null)"
fact id.groups "$(id -G)"
fields() { local line; read -r line < "$1"; set -- $line; echo "$*"; }
mapping() { set -- $(fields "$1"); echo "$1 HOST $3"; }
fact map.uid "$(mapping /proc/self/uid_map)"
fact map.gid "$(mapping /proc/self/gid_map)"
fact map.setgroups "$(fields /proc/self/setgroups)"
fact name.host "$(< /proc/sys/kernel/hostname)"
fact name.domain "$(< /proc/sys/kernel/domainname)"
fact name.uname "$(uname -n)"

status() {
  local key value
  while IFS=$':\t' read -r key value; do
    if [[ "$key" == "$1" ]]; then echo ${value}; fi
  done < /proc/self/status
}
last=$(< /proc/sys/kernel/cap_last_cap)
full=$(printf '%016x' $(((1 << (last + 1)) - 1)))
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
  value=$(status $set)
  case $value in "$full") value=full ;; 0000000000000000) value=none ;; esac
  fact "process.$set" "$value"
done
for key in NoNewPrivs Seccomp; do fact "process.$key" "$(status $key)"; done
# Signals as a builtin's child sees them: ignored and blocked ones are inherited.
fact process.SigIgn "$(grep ^SigIgn: /proc/self/status | cut -f2)"
fact process.SigBlk "$(grep ^SigBlk: /proc/self/status | cut -f2)"
fact process.personality "$(cat /proc/self/personality 2>/dev/null)"
fact process.umask "$(umask)"
fact process.cwd "$(pwd -P)"
fact process.pid "$$"
fact process.ppid "$PPID"
case $(< /proc/1/comm) in bash) fact process.pid1 'the builder' ;; *) fact process.pid1 'an init' ;; esac
fact process.argv0 "$(tr '\0' '\n' < "/proc/$$/cmdline" | head -n 1)"
fact limit.core.soft "$(ulimit -S -c)"

# --- terminal and descriptors ---
read -r line < "/proc/$$/stat"
set -- ${line##*) }
[[ "$4" == "$$" ]] && fact session.leader yes || fact session.leader no
[[ "$4" == 0 ]] && fact session.ours no || fact session.ours yes
[[ "$5" == 0 ]] && fact session.terminal none || fact session.terminal yes
fact session.dev-tty "$(reason "$( { : < /dev/tty; } 2>&1 && echo ': opens')")"
for fd in "${fds[@]}"; do
  number=${fd%% *}
  target=${fd#* }
  case $target in
    pipe:* | socket:*) target='pipe or socket' ;;
    /dev/pts/*) target=/dev/pts/N ;;
    *probe.sh) target=SCRIPT ;;
  esac
  fact "fd.$number" "$target"
done

# --- environment: what exec gave us ---
for entry in "${environment[@]}"; do
  name=${entry%%=*}
  fact "env.$name" "${entry#*=}"
done

# --- network ---
interfaces=
while IFS=: read -r name rest; do
  name=${name// /}
  case $name in Inter-*|face*) ;; *) interfaces+="$name " ;; esac
done < /proc/net/dev
fact net.interfaces "${interfaces% }"
if [[ "$interfaces" == 'lo ' ]]; then
  fact net.addresses "$(ip -o addr 2>/dev/null | sed -n 's/.* \(inet6\{0,1\}\) \([^ ]*\) .*/\1 \2/p' | tr '\n' ' ')"
  fact net.link "$(ip -o link show lo 2>/dev/null | sed 's/.*<\(.*\)>.*/\1/')"
fi
fact net.routes "$( { tail -n +2 /proc/net/route; } 2>/dev/null | wc -l | tr -d ' ' | sed 's/^[1-9].*/some/')"

# --- files ---
look() {
  local path=$1 text
  if [[ -L "$path" ]]; then
    fact "file.$path" "link to $(readlink "$path")"
  elif [[ -e "$path" ]]; then
    text=$(stat -c '%F %a %u:%g' "$path")
    if [[ -c "$path" ]]; then text+=" device $(stat -c '%t:%T' "$path")"; fi
    # Who may open kvm is the machine's matter.
    if [[ "$path" == /dev/kvm ]]; then text='character special file'; fi
    fact "file.$path" "$text"
  fi
}
names() { (cd "$1" 2>/dev/null && for each in * .[!.]*; do [[ -e "$each" || -L "$each" ]] && printf '%s ' "$each"; done); }
for directory in / /dev /etc /bin /dev/pts /dev/shm /tmp; do
  entries=$(names "$directory")
  fact "list.$directory" "${entries% }"
  look "$directory"
  for each in $entries; do look "${directory%/}/$each"; done
done
for path in /nix /nix/store /build /build/env-vars /build/.attrs.sh /build/.attrs.json; do look "$path"; done
for path in /etc/*; do if [[ -f "$path" && -r "$path" ]]; then text=$(cat "$path"; echo .); fact "text.$path" "${text%.}"; fi; done
# Names without hashes: which packages are there at all.
fact list./nix "$(entries=$(names /nix); echo "${entries% }")"
entries=$(for path in /nix/store/*; do path=${path##*/}; echo "${path:33}"; done | sort -u | tr '\n' ' ')
fact list./nix/store "${entries% }"

# --- mounts: file systems of the sandbox's own with their options, what comes from the machine only as "host" ---
storeMounts=
while read -r line; do
  set -- $line
  at=$5 options=$6
  case $line in *' shared:'*) propagation=shared ;; *' master:'*) propagation=slave ;; *) propagation=private ;; esac
  type=${line##* - }
  type=${type%% *}
  case $options in ro | ro,*) access=ro ;; *) access=rw ;; esac
  case $type in
    proc | devpts | sysfs | mqueue)
      options=${options/,relatime/}
      text="$type $options $propagation" ;;
    tmpfs)
      case $at in /|/dev|/dev/shm) text="tmpfs ${options/,relatime/} $propagation" ;; *) text="host $access $propagation" ;; esac ;;
    *) text="host $access $propagation" ;;
  esac
  case $at in
    /nix/store/*) at=${at#/nix/store/}; storeMounts+="${at:33}:$access " ;;
    *) fact "mount.$at" "$text" ;;
  esac
done < /proc/self/mountinfo
fact mount.store-paths "$(for each in $storeMounts; do echo "$each"; done | sort -u | tr '\n' ' ' | sed 's/ $//')"

# --- what may be done ---
attempt() {
  # attempt KEY COMMAND…: `yes`, or the reason why not.
  local key=$1 text
  shift
  if text=$("$@" 2>&1); then fact "can.$key" yes; else fact "can.$key" "$(reason "$text")"; fi
}
make() { : > "$1" && rm -f "$1"; }
makeDirectory() { mkdir "$1" && rmdir "$1"; }
for directory in / /bin /dev /dev/shm /etc /nix /proc /tmp /build; do attempt "write:$directory" make "${directory%/}/.probe"; done
new=/nix/store/00000000000000000000000000000000-probe
attempt write:/nix/store make "$new"
package=${SHELL%/bin/*}
attempt write:store-path make "$package/.probe"
attempt chmod:store-path chmod u+w "$package"
attempt write:/etc/passwd eval ': >> /etc/passwd'
attempt write:/bin/sh eval ': >> /bin/sh'
attempt write:/dev/null eval 'echo > /dev/null'
for name in ${outputs:-out}; do
  path=${!name:-}
  if [[ -n "$path" && ! -e "$path" ]]; then attempt "write:\$$name" makeDirectory "$path"; fi
done
attempt read:/dev/full eval 'head -c 1 /dev/full | wc -c'
attempt read:/dev/random eval 'head -c 1 /dev/random | wc -c'
attempt open:/dev/ptmx eval ': <> /dev/ptmx'
attempt read:/root ls /root
attempt chown:root chown 0 /build
attempt mknod mknod /build/.probe c 1 3
: > /build/.probe
attempt setuid chmod u+s /build/.probe
attempt setgid chmod g+s /build/.probe
attempt chmod chmod 0700 /build/.probe
attempt chown:self chown 1000:100 /build/.probe
rm -f /build/.probe
attempt mkfifo eval 'mkfifo /build/.probe && rm /build/.probe'
attempt mount mount -t tmpfs none /tmp
attempt hostname hostname elsewhere
attempt kill:1 kill -0 1
if [[ "$interfaces" == 'lo ' ]]; then
  attempt connect:lo eval ': < /dev/tcp/127.0.0.1/9'
  attempt connect:elsewhere eval ': < /dev/tcp/192.0.2.1/9'
fi
[[ -d /proc/$$ ]] && fact proc.own-pid yes || fact proc.own-pid no
processes=0
for path in /proc/[0-9]*; do processes=$((processes + 1)); done
(( processes < 10 )) && fact proc.only-ours yes || fact proc.only-ours no
fact ipc.objects "$(cat /proc/sysvipc/shm /proc/sysvipc/msg /proc/sysvipc/sem 2>/dev/null | grep -vc key)"

report() { printf '%s\n' "${facts[@]}" | sed 's#/nix/store/[0-9a-z]\{32\}-#/nix/store/HASH-#g' | sort -u; }
if [[ -n "$output" ]]; then report > "$output"; else report; fi
