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
# Where `a2enmod` notes what an administrator has enabled.
[ ! -d /var/lib/apache2 ] || mount -t tmpfs -o mode=0755 entryway /var/lib/apache2
# What the packages of Debian make when they are installed or the machine starts.
mkdir /run/lock /run/pure-ftpd /var/log/pure-ftpd /run/apache2 /var/log/apache2 /var/log/nginx
: >"$dir/ready"
exec sleep infinity
