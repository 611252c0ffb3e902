//! Every function by name, with how it is called.

/// For the message when one is called in another way.
pub(super) const FUNCTIONS: [(&str, &str); 21] = [
    ("has", "has(user.email)"),
    ("size", "size(entry.mail)"),
    ("in_network", "in_network(client.address, \"10.0.0.0/8\")"),
    ("int", "int(text)"),
    ("string", "string(number)"),
    ("matches", "text.matches(\"^pattern$\")"),
    ("startsWith", "text.startsWith(\"begin\")"),
    ("endsWith", "text.endsWith(\"end\")"),
    ("contains", "text.contains(\"part\")"),
    ("lowerAscii", "text.lowerAscii()"),
    ("upperAscii", "text.upperAscii()"),
    ("trim", "text.trim()"),
    ("substring", "text.substring(0, 3)"),
    ("split", "text.split(\",\")"),
    ("replace", "text.replace(\"this\", \"that\")"),
    ("join", "list.join(\",\")"),
    ("exists", "list.exists(v, v == \"x\")"),
    ("exists_one", "list.exists_one(v, v == \"x\")"),
    ("all", "list.all(v, v == \"x\")"),
    ("filter", "list.filter(v, v != \"x\")"),
    ("map", "list.map(v, v.trim())"),
];
