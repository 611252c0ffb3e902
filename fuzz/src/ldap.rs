//! The wire: BER, messages, filters, controls.

use bytes::Bytes;
use entryway_ldap_proto::ber::{Reader, Tag, Writer};
use entryway_ldap_proto::client::Connection;
use entryway_ldap_proto::control::{PagedResults, decode_password_policy, encode_password_policy};
use entryway_ldap_proto::message::{Message, Op, ReceivedSearch};
use entryway_ldap_proto::{
    DecodeError, Limits, PasswordModify, SearchRequest, decode_filter, decode_generated_password,
    encode_filter, encode_generated_password, frame_length,
};
use entryway_ldap_types::{AdUpdateError, AttributeName, Filter, Password, unicode_password};

/// One element: its tag, and its content as bytes or as elements.
#[derive(PartialEq)]
enum Element {
    Primitive(Tag, Vec<u8>),
    Constructed(Tag, Vec<Element>),
}

/// Elements survive being read, written and read again, and never reach outside of their bytes.
pub fn ber(bytes: &[u8]) {
    let Ok(elements) = read_elements(Reader::new(bytes, 32)) else {
        return;
    };
    let mut written = Vec::new();
    write_elements(&elements, &mut Writer::new(&mut written));
    // Our lengths are minimal: never longer than what came.
    assert!(written.len() <= bytes.len());
    let again = read_elements(Reader::new(&written, 32));
    assert!(again.is_ok_and(|again| again == elements));
}

fn read_elements(mut reader: Reader<'_>) -> Result<Vec<Element>, DecodeError> {
    let mut elements = Vec::new();
    while let Some(tag) = reader.peek() {
        elements.push(if tag.is_constructed() {
            let (tag, content) = reader.enter_any()?;
            Element::Constructed(tag, read_elements(content)?)
        } else {
            let (tag, content) = reader.element()?;
            Element::Primitive(tag, content.to_vec())
        });
    }
    Ok(elements)
}

fn write_elements(elements: &[Element], out: &mut Writer<'_>) {
    for element in elements {
        match element {
            Element::Primitive(tag, content) => out.primitive(*tag, content),
            Element::Constructed(tag, elements) => {
                out.constructed(*tag, |out| write_elements(elements, out))
            }
        }
    }
}

/// A message decodes under both ends' limits or is refused; what it holds fits into its bytes.
pub fn ldap_message(bytes: &[u8]) {
    for limits in [Limits::CLIENT, Limits::SERVER] {
        let length = frame_length(bytes, &limits);
        let Ok(message) = Message::decode(bytes, &limits) else {
            continue;
        };
        assert_eq!(length, Ok(Some(bytes.len())), "a message is one frame");
        let held: usize = message
            .controls
            .map(|control| control.oid.len() + control.value.map_or(0, <[u8]>::len))
            .sum();
        assert!(held <= bytes.len());
        walk(&message.op, bytes, &limits);
    }
}

fn walk(op: &Op<'_>, bytes: &[u8], limits: &Limits) {
    match op {
        Op::SearchResultEntry(entry) => {
            let frame = Bytes::copy_from_slice(bytes);
            let copied = Message::decode(&frame, limits).map(|message| message.op);
            let Ok(Op::SearchResultEntry(in_frame)) = copied else {
                broken("the copy decodes differently")
            };
            let Ok(Ok(owned)) = in_frame.to_entry(&frame, limits) else {
                return;
            };
            let values = owned
                .attributes
                .iter()
                .flat_map(|attribute| &attribute.values);
            let inside = frame.as_ptr_range();
            let mut held = 0;
            for value in values {
                held += value.len();
                assert!(
                    value.is_empty() || inside.contains(&value.as_ptr()),
                    "values are not copied"
                );
            }
            assert!(held <= bytes.len());
            assert_eq!(entry.attributes.count(), owned.attributes.len());
        }
        Op::SearchRequest(search) => {
            assert!(search.filter.depth() <= Filter::MAX_DEPTH);
            resend(search);
        }
        Op::ModifyRequest(modify) => {
            let values: usize = modify
                .changes
                .flatten()
                .map(|change| change.values.map(<[u8]>::len).sum::<usize>())
                .sum();
            assert!(values <= bytes.len());
        }
        Op::SearchResultReference(urls) => {
            assert!(urls.map(str::len).sum::<usize>() <= bytes.len())
        }
        Op::SearchResultDone(result) => {
            // U+FFFD has three bytes where one stood.
            assert!(result.diagnostic_text().len() <= 3 * bytes.len());
            assert!(result.referrals.map(str::len).sum::<usize>() <= bytes.len());
        }
        _ => {}
    }
}

/// A search that was read can be sent, and is read as the same.
fn resend(search: &ReceivedSearch<'_>) {
    let names: Result<Vec<_>, _> = search.attributes.map(AttributeName::parse).collect();
    let Ok(names) = names else { return };
    let request = SearchRequest {
        base: search.base.into(),
        scope: search.scope,
        deref: search.deref,
        size_limit: search.size_limit,
        time_limit: search.time_limit,
        types_only: search.types_only,
        filter: search.filter.clone().into(),
        attributes: names.into(),
    };
    let mut client = Connection::new(Limits::CLIENT);
    assert!(client.search(&request, 1, &[]).is_ok());
    let sent = client.outbound().as_slice();
    let Ok(Op::SearchRequest(again)) =
        Message::decode(sent, &Limits::CLIENT).map(|message| message.op)
    else {
        broken("what was sent is no search")
    };
    assert!(
        again.base == search.base && again.filter == search.filter && again.scope == search.scope
    );
    assert!(again.size_limit == search.size_limit && again.time_limit == search.time_limit);
    assert!(again.attributes.eq(search.attributes));
}

/// A filter survives the wire and the text.
pub fn filter(bytes: &[u8]) {
    let Ok(filter) = decode_filter(bytes, &Limits::SERVER) else {
        return;
    };
    assert!(filter.depth() <= Filter::MAX_DEPTH);
    assert_eq!(
        Filter::parse(&filter.to_string()).as_ref(),
        Ok(&filter),
        "text"
    );
    assert_survives_the_wire(&filter);
}

/// Writes a filter and reads it again.
pub(crate) fn assert_survives_the_wire(filter: &Filter) {
    let mut written = Vec::new();
    assert_eq!(encode_filter(filter, &mut written), Ok(()));
    assert_eq!(
        decode_filter(&written, &Limits::SERVER).as_ref(),
        Ok(filter),
        "wire"
    );
}

/// The controls' values survive being read, written and read again.
pub fn password_policy(bytes: &[u8]) {
    if let Ok(policy) = decode_password_policy(Some(bytes)) {
        assert_eq!(
            decode_password_policy(Some(&encode_password_policy(&policy))),
            Ok(policy)
        );
    }
    if let Ok(page) = PagedResults::decode(bytes) {
        assert_eq!(PagedResults::decode(&page.encode()), Ok(page));
    }
}

/// The values of a password modify survive being read, written and read again; what stands before the diagnostic's first
/// colon is a code or none.
pub fn password_change(bytes: &[u8]) {
    if let Ok(request) = PasswordModify::decode(Some(bytes)) {
        let again = request.encode();
        assert!(PasswordModify::decode(Some(&again)) == Ok(request));
    }
    if let Ok(Some(made)) = decode_generated_password(Some(bytes)) {
        let again = encode_generated_password(&made);
        let again = decode_generated_password(Some(&again));
        assert!(
            again.is_ok_and(|again| again.is_some_and(|again| again.expose() == made.expose()))
        );
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let found = AdUpdateError::find(text);
        assert!(found.is_none() || text.as_bytes().get(8) == Some(&b':'));
    }
    let Ok(password) = Password::new(bytes.to_vec()) else {
        return;
    };
    // The person's text between quotes, and nothing else.
    let Ok(value) = unicode_password(&password) else {
        assert!(std::str::from_utf8(bytes).is_err());
        return;
    };
    let units = value.chunks_exact(2).map(|unit| match unit {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => broken("half a unit"),
    });
    let text = String::from_utf16(&units.collect::<Vec<_>>()).unwrap_or_default();
    let inside = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    assert_eq!(inside.map(str::as_bytes), Some(bytes));
}

/// Ends a target; an invariant broke.
#[allow(clippy::panic)] // a fuzz target reports by panicking
pub(crate) fn broken(what: &str) -> ! {
    panic!("{what}")
}
