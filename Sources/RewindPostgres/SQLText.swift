/// A name as an SQL identifier, whatever it contains.
func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
}

/// A text as an SQL literal, under standard-conforming strings.
func literal(_ text: String) -> String {
    "'" + text.replacing("'", with: "''") + "'"
}

/// How reports name a table or sequence: without the schema where that is `public`; quoted where it would be ambiguous.
func nameInReports(schema: String, name: String) -> String {
    let parts = (schema == "public" ? [name] : [schema, name]).map {
        $0.contains { ".\"".contains($0) } ? quoted($0) : $0
    }
    return parts.joined(separator: ".")
}
