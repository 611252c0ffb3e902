//! Words of foreign code, made fit for a log: short, in one line, without the password.

/// The text in one line of at most `most` characters, control characters escaped; nothing when `secret` is in it.
pub(crate) fn fit(text: &[u8], secret: &[u8], most: usize) -> String {
    if !secret.is_empty() && text.windows(secret.len()).any(|window| window == secret) {
        return String::new();
    }
    let text = String::from_utf8_lossy(text);
    let mut fitted = String::new();
    for c in text.trim().chars().take(most) {
        if c.is_control() {
            fitted.extend(c.escape_default());
        } else {
            fitted.push(c);
        }
    }
    fitted
}

#[cfg(test)]
mod tests;
