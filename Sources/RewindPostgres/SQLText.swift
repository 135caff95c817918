/// A name as an SQL identifier, whatever it contains.
func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
}

/// A text as an SQL literal, under standard-conforming strings.
func literal(_ text: String) -> String {
    "'" + text.replacing("'", with: "''") + "'"
}
