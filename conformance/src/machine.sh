# usage: unshare --mount --propagation private sh -euc "$this" machine DIR
# Gives the mount namespace folders of its own, says so with DIR/ready, and keeps it alive.
dir=$1
mkdir "$dir/own"
mount -t tmpfs -o mode=0755 entryway "$dir/own"
cp -a /etc "$dir/own/etc"
mkdir "$dir/own/lib"
mount --bind "$dir/own/etc" /etc
mount --bind "$dir/own/lib" /usr/local/lib
for folder in /run /srv /var/log; do
  mount -t tmpfs -o mode=0755 entryway "$folder"
done
# What the packages of Debian make when the machine starts.
mkdir /run/lock /run/pure-ftpd /var/log/pure-ftpd
: >"$dir/ready"
exec sleep infinity
