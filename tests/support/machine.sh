#!/bin/sh
# A small Linux of its own around a real systemd. Runs as root in namespaces of its own (tests/support/machine.py makes
# them), so every mount here ends with the last process in them.
#   $1 the new root, an empty folder; $2 the repository, seen there as /src; $3 the site-packages seen under /opt/drover
set -eu
root=$1 source=$2 packages=$3
inside=opt/drover/lib/$(basename "$(dirname "$packages")")/site-packages

mount -t tmpfs -o mode=0755,size=1g tmpfs "$root"
cd "$root"
mkdir -p usr etc var/log/journal proc sys dev run tmp root home src layer/upper layer/work old "$inside"
chmod 1777 tmp
chmod 0700 root
ln -s usr/bin usr/sbin usr/lib usr/lib64 .

# This machine's programs, Drover's source, and the libraries of the tests' own virtual environment: all read-only.
mount --rbind /usr usr
mount -o remount,bind,ro usr
mount --bind "$source" src
mount -o remount,bind,ro src
for large in src/.venv src/.mypy_cache; do # what builds the wheel need not walk through them
    [ ! -d $large ] || mount -t tmpfs -o ro tmpfs $large
done
mount -t overlay -o "lowerdir=$packages,upperdir=layer/upper,workdir=layer/work" overlay "$inside"

mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs run
mount -t tmpfs -o mode=0755,nosuid tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
while read -r name major minor; do
    mknod -m 0666 "dev/$name" c "$major" "$minor"
done <<NODES
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
NODES
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd

# An /etc as after a first boot; systemd-sysusers adds Debian's own users and groups.
cp -a /etc/pam.d /etc/security /etc/login.defs /etc/ld.so.cache etc/
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n' >etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' >etc/group
printf 'passwd: files systemd\ngroup: files systemd\nhosts: files\n' >etc/nsswitch.conf
printf '127.0.0.1 localhost\n::1 localhost\n' >etc/hosts
systemd-id128 new >etc/machine-id
hostname machine

pivot_root . old
umount -l old
exec env -i container=drover-tests PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --unit=multi-user.target --show-status=false
