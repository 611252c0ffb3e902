use super::{FEW, connections, pools};
use entryway_config::{MemoryFiles, Sources, load};

fn check(limit: usize, pools: usize, expected: usize) {
    assert_eq!(
        connections(limit, pools, 4_096),
        expected,
        "{limit} {pools}"
    );
}

#[test]
fn pools_come_first_and_something_is_left_for_callers() {
    check(524_288, 64, 4_096);
    check(1_024, 64, 896);
    check(1_024, 1_024, FEW);
    check(256, usize::MAX, FEW);
    check(usize::MAX, 64, 4_096);
}

fn check_pools(domains: &str, expected: usize) {
    let text =
        format!("[login]\ndefault_domains = []\n{domains}\n[[home_folder]]\nprefix = \"/srv\"");
    let files = MemoryFiles::default().with("entryway.toml", &*text, 0o600);
    let loaded = load(&Sources::file("entryway.toml").files(files));
    assert_eq!(pools(&loaded.unwrap().settings), expected, "{domains}");
}

#[test]
fn each_role_in_use_counts_with_its_own_limit_at_each_server() {
    let staff =
        "[domain.staff]\nbase = \"dc=example\"\nservers = [\"ldaps://dc1\", \"ldaps://dc2\"]";
    check_pools(staff, 2 * (16 + 16));
    let limits = "[domain.staff.connections]\nmax = 8\nauthenticate.max = 40\nbrowse.max = 1000";
    check_pools(&format!("{staff}\n{limits}"), 2 * (40 + 8));
    // No login goes to servers for cards.
    let cards = "[domain.staff.cards]\nservers = [\"ldaps://cards\"]";
    let partners = "[domain.partners]\nbase = \"dc=partners\"\nservers = [{ host = \"dc1\" }]";
    check_pools(
        &format!("{staff}\n{limits}\n{cards}\n{partners}"),
        2 * (40 + 8) + 2 * 16,
    );
}
