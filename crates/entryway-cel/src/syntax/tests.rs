use super::*;

/// What is said to be written for the whole expression, and for its name.
fn check(text: &str, span: &str, name: &str) {
    let syntax = parse(text).unwrap();
    assert_eq!(text.get(syntax.span(&syntax.root)), Some(span), "{text}");
    assert_eq!(text.get(syntax.name(&syntax.root)), Some(name), "{text}");
}

#[test]
fn places() {
    check(" name ", "name", "name");
    check("('ü' + name )", "'ü' + name", "+");
    check(" entry . mail ", "entry . mail", "mail");
    check("'ü'.split( 'ü' ) ", "'ü'.split( 'ü' )", "split");
    check("size( [ 1, 2 ] ) ", "size( [ 1, 2 ] )", "size");
    check("f() ", "f()", "f");
    check("a.f().g(h())", "a.f().g(h())", "g");
    check("entry [ 'ü' ] ", "entry [ 'ü' ]", "[");
    check(" [ 1, (2) ] ", "[ 1, (2) ]", "[");
    check(" - 5 ", "5", "5");
    check("-x", "-x", "-");
    check("!x", "!x", "!");
    check("a ? b : c.d", "a ? b : c.d", "?");
    check("a[0][1]", "a[0][1]", "[");
    check(".a", "a", "a");
}
