use super::*;

fn append(outbound: &mut Outbound, bytes: &[u8]) {
    outbound
        .append(0, |out| {
            out.extend_from_slice(bytes);
            Ok::<(), ()>(())
        })
        .unwrap();
}

#[test]
fn bytes_leave_in_the_order_they_came() {
    let mut outbound = Outbound::default();
    append(&mut outbound, b"one");
    append(&mut outbound, b"two");
    outbound.consume(2);
    append(&mut outbound, b"three");
    assert_eq!(outbound.as_slice(), b"etwothree");
    outbound.advance(4);
    assert_eq!(outbound.chunk(), b"three");
    outbound.consume(99);
    assert!(outbound.is_empty());
}

#[test]
fn what_fails_leaves_nothing_behind() {
    let mut outbound = Outbound::default();
    append(&mut outbound, b"one");
    let failed = outbound.append(10, |out| {
        out.extend_from_slice(b"half");
        Err("no")
    });
    assert_eq!((failed, outbound.as_slice()), (Err("no"), &b"one"[..]));
}

#[test]
fn a_password_is_wiped_as_it_is_taken_off() {
    let mut outbound = Outbound::default();
    append(&mut outbound, b"search ");
    outbound.append_secret(16, |out| out.extend_from_slice(b"secret"));
    outbound.consume(9);
    assert_eq!(outbound.as_slice(), b"cret");
    assert_eq!(outbound.bytes, b"\0\0\0\0\0\0\0\0\0cret");
    // What is appended meanwhile does not move the password to a place that nobody wipes.
    append(&mut outbound, &[b'x'; 2000]);
    assert_eq!(outbound.len(), 2004);
    outbound.consume(4);
    assert_eq!(&outbound.bytes[..4], b"\0\0\0\0");
}

#[test]
fn room_for_a_password_is_made_before_it_is_written() {
    let mut outbound = Outbound::default();
    append(&mut outbound, b"first");
    let mut place = (std::ptr::null(), 0);
    outbound.append_secret(5000, |out| {
        place = (out.as_ptr(), out.capacity());
        out.extend_from_slice(&[b'p'; 5000]);
    });
    assert_eq!((outbound.bytes.as_ptr(), outbound.bytes.capacity()), place);
}

#[test]
fn an_emptied_buffer_is_kept_unless_it_grew_large() {
    let mut outbound = Outbound::default();
    append(&mut outbound, &[0; 1000]);
    outbound.consume(1000);
    assert!(outbound.bytes.capacity() >= 1000);
    append(&mut outbound, &[0; 100_000]);
    outbound.consume(100_000);
    assert_eq!(outbound.bytes.capacity(), 0);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic = "a buffer with a secret outgrew the room that was made"]
fn a_secret_that_outgrows_its_room_is_noticed() {
    let mut outbound = Outbound::default();
    outbound.append_secret(10, |out| {
        let more = out.capacity() + 1;
        out.extend_from_slice(&vec![b'p'; more]);
    });
}

#[test]
#[cfg(debug_assertions)]
#[should_panic = "the room for a secret is estimated too small"]
fn an_estimate_that_only_luck_makes_suffice_is_noticed() {
    let mut outbound = Outbound::default();
    outbound.append_secret(10, |out| out.extend_from_slice(&[b'p'; 11]));
}

#[test]
fn an_outgrown_buffer_is_wiped_if_it_held_a_secret() {
    let mut outbound = Outbound::default();
    append(&mut outbound, b"search");
    assert_eq!(outbound.grow(10), b"search");
    outbound.append_secret(6, |out| out.extend_from_slice(b"secret"));
    assert_eq!(outbound.grow(5000), [0; 12]);
    assert_eq!(outbound.as_slice(), b"searchsecret");
}
