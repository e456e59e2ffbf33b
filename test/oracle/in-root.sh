# Builds the kinds of fixtures/nix with the Nix of another root, multi-user and sandboxed, beside whatever Nix the machine has.
#
#   unshare --mount --pid --ipc --uts --fork --kill-child --propagation private sh in-root.sh enter ROOT SHARED KIND…
#
# ROOT is a minimal Debian (scripts/debian-root.mjs); SHARED holds the expressions and gets what each build printed. All mounts,
# the daemon and its socket are in these namespaces, and go away with them; what was built stays below ROOT.
# shellcheck shell=sh
set -eu
step=$1 root=$2
shift 2

if [ "$step" = enter ]; then
  shared=$1
  shift
  mount --bind "$root" "$root"
  mount -t proc none "$root/proc"
  mount --rbind /dev "$root/dev"
  mkdir -p "$root/shared"
  mount --bind "$shared" "$root/shared"
  # What a fixed-output build sees of the machine is the machine's, as in the recording of the installed Nix.
  for path in /etc/hosts /etc/resolv.conf /etc/services /etc/ssl/certs/ca-certificates.crt; do
    rm -f "$root$path"
    if [ -e "$path" ]; then mkdir -p "$root${path%/*}" && cp -L "$path" "$root$path"; fi
  done
  # pivot_root, not chroot: the kernel refuses user namespaces to a caller whose root is not its mount namespace's.
  cd "$root"
  /bin/busybox pivot_root . .
  /bin/busybox umount -l .
  cd /
  exec /bin/sh /shared/in-root.sh build / "$@"
fi

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
builders=$(seq -s , -f 'nixbld%g' 1 4)
sed -i '/^\(nixbld\|asker\)/d' /etc/passwd /etc/group
echo "nixbld:x:30000:$builders" >> /etc/group
for number in 1 2 3 4; do
  echo "nixbld$number:x:3000$number:30000:build user $number:/var/empty:/usr/sbin/nologin" >> /etc/passwd
done
echo 'asker:x:20000:20000:asks for builds:/shared/home:/bin/sh' >> /etc/passwd
echo 'asker:x:20000:' >> /etc/group
mkdir -p /etc/nix /shared/home
chown 20000:20000 /shared/home
printf '%s\n' 'sandbox = true' 'sandbox-fallback = false' 'build-users-group = nixbld' 'substituters =' \
  'sandbox-paths = /bin/sh=/bin/busybox' > /etc/nix/nix.conf

# A shell without job control has its background ignore SIGINT and SIGQUIT, and the builds would inherit that.
env --default-signal=INT,QUIT nix-daemon --daemon > /shared/daemon.log 2>&1 &
ask() { setpriv --reuid=20000 --regid=20000 --clear-groups -- env -i PATH="$PATH" HOME=/shared/home NIX_REMOTE=daemon "$@"; }
tries=0
until ask nix-store -q --hash /nonexistent 2>&1 | grep -q 'not in the Nix store'; do
  tries=$((tries + 1))
  if [ $tries -gt 100 ]; then cat /shared/daemon.log >&2; exit 1; fi
  sleep 0.1
done
nix --version > /shared/version
build() { ask nix-build /shared/fixtures/nix --arg bash /shared/bash-static --arg busybox /shared/busybox --no-out-link "$@"; }
build -A stdenv -A stdenv-old > /shared/stdenv.log 2>&1 || { cat /shared/stdenv.log >&2; exit 1; }
for kind; do build -A "$kind" --keep-failed > "/shared/$kind.log" 2>&1 || true; done
