# usage: unshare --net sh -euc "$this" far DIR LINK NEAR FAR
# Makes a network of its own and a cable to the one this came from: LINK with the address NEAR there, FAR
# here. Says so with DIR/ready, and keeps it: the cable goes with the network, the network with its last program.
dir=$1 link=$2 near=$3 far=$4
outside() { nsenter --net="/proc/$PPID/ns/net" -- "$@"; }
ip link set lo up
ip link add far type veth peer name "$link"
ip link set "$link" netns "$PPID"
outside ip addr add "$near/30" dev "$link"
outside ip link set "$link" up
ip addr add "$far/30" dev far
ip link set far up
: >"$dir/ready"
exec sleep infinity
