//! The generated pages in `docs/` are the ones that the code would write.

use std::path::Path;

fn check(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        assert!(
            std::fs::write(&path, found).is_ok(),
            "docs/{name} cannot be written"
        );
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/{name} is not what the code says: run `cargo xtask docs`"
    );
}

#[test]
fn the_reference_page_is_up_to_date() {
    check("configuration.md", &entryway_config::reference_markdown());
}

#[test]
fn the_schema_is_up_to_date() {
    check("entryway.schema.json", &entryway_config::json_schema());
}

#[test]
fn every_code_has_a_help_text() {
    let texts: Vec<_> = entryway_config::codes()
        .filter_map(entryway_config::help)
        .collect();
    assert_eq!(texts.len(), entryway_config::codes().count());
    assert!(texts.iter().all(|text| text.len() > 100));
}
