//! stub
use anyhow::Result;
use std::path::Path;
pub(crate) enum Size {
    Full,
    Quick,
}
pub(crate) fn run(_root: &Path, _size: Size) -> Result<()> {
    Ok(())
}
pub(crate) fn is_driver(_w: &str) -> bool {
    false
}
pub(crate) fn drive(_w: &str, _s: &str) -> Result<()> {
    Ok(())
}
